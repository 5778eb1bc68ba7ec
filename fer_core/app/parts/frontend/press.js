// Sees that a press on the button that starts a stream counts.
//
// Streamlit can lose a press: where the page is drawn anew between pointer down and up, the browser
// makes no click of it, and a run that begins in that moment can take the click's message away. So
// every press on data.button gets a number and the version of what the server showed then. While the
// server shows that version still, and has not acted on the number, the press is told again.

const AGAIN_MS = 1000
const MOST_TIMES = 30
const SAME_PRESS_MS = 800
const instances = new WeakMap()

function buttonOf(mine, event) {
  const at = event.target instanceof Element ? event.target : null
  const place = at?.closest(`.st-key-${CSS.escape(mine.button)}`)
  return place?.querySelector("button") ?? null
}

function isAnswered(mine) {
  return mine.press.version !== mine.version || mine.press.number <= mine.acted
}

function forget(mine) {
  clearInterval(mine.timer)
  mine.press = null
}

function note(mine) {
  const number = Date.now()
  if (mine.press && number - mine.press.number < SAME_PRESS_MS) return
  forget(mine)
  mine.press = { number, version: mine.version, times: 0 }
  mine.timer = setInterval(() => {
    if (isAnswered(mine) || mine.press.times >= MOST_TIMES) return forget(mine)
    mine.press.times += 1
    mine.tell({ ...mine.press })
  }, AGAIN_MS)
}

function watch(mine) {
  const isKey = (event) => event.key === "Enter" || event.key === " "
  const heard = {
    pointerdown: (event) => {
      const button = buttonOf(mine, event)
      mine.isDown = event.button === 0 && button !== null && !button.disabled
    },
    pointerup: (event) => {
      if (mine.isDown && buttonOf(mine, event)) note(mine)
      mine.isDown = false
    },
    keydown: (event) => {
      const button = buttonOf(mine, event)
      if (isKey(event) && button === document.activeElement && !button?.disabled) note(mine)
    },
    click: (event) => {
      const button = buttonOf(mine, event)
      if (button && !button.disabled) note(mine)
    },
  }
  for (const [name, hear] of Object.entries(heard)) document.addEventListener(name, hear, true)
  mine.end = () => {
    forget(mine)
    for (const [name, hear] of Object.entries(heard)) document.removeEventListener(name, hear, true)
  }
}

export default function (component) {
  const { parentElement, setStateValue } = component
  const data = JSON.parse(new TextDecoder().decode(component.data))
  let mine = instances.get(parentElement)
  if (!mine) {
    mine = { press: null, isDown: false, timer: null }
    instances.set(parentElement, mine)
    watch(mine)
  }
  mine.tell = (press) => setStateValue("press", press)
  mine.button = data.button
  mine.version = data.version
  mine.acted = data.acted
  const mark = parentElement.querySelector("i") ?? parentElement.appendChild(document.createElement("i"))
  mark.className = "press-watch"
  mark.hidden = true
  mark.dataset.button = data.button
  if (mine.press && isAnswered(mine)) forget(mine)
  return () => {
    mine.end()
    instances.delete(parentElement)
  }
}

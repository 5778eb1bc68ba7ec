// Lets a camera that was on go on by itself where another server took the page over: the button that
// started it is pressed once more. What the page showed last is kept here for as long as the page is
// loaded: a reload, or another page, begins with nothing.

const FOR_MS = 60000
const SAID_MS = 12000
const LOOK_MS = 300
const GAP_MS = 120000
const shown = new Map()

// A computer that slept comes back to somebody who may not think of the camera any more.
setInterval(() => {
  const now = Date.now()
  for (const mine of shown.values()) {
    if (mine.beat && now - mine.beat > GAP_MS) mine.slept = true
    mine.beat = now
  }
}, 1000)

function say(parentElement, text) {
  const line = parentElement.querySelector("p") ?? parentElement.appendChild(document.createElement("p"))
  line.textContent = text
  line.setAttribute("role", "status")
  // What only speaks with the browser has no place on the page; this is to be read.
  line.style.cssText = "position: fixed; left: 1rem; bottom: 1rem; z-index: 1000; margin: 0; " +
    "padding: 0.5rem 1rem; border-radius: 0.5rem; color: var(--st-text-color); " +
    "background: var(--st-secondary-background-color)"
  setTimeout(() => line.remove(), SAID_MS)
}

function press(mine, parentElement) {
  if (mine.isOn || Date.now() > mine.until) return
  const button = mine.button && document.querySelector(`.st-key-${CSS.escape(mine.button)} button`)
  if (!button || button.disabled) {
    setTimeout(() => press(mine, parentElement), LOOK_MS)
    return
  }
  mine.until = 0
  say(parentElement, mine.sentence)
  button.click()
}

export default function (component) {
  const { parentElement } = component
  const data = JSON.parse(new TextDecoder().decode(component.data))
  const place = `${location.pathname} ${data.place}`
  const mine = shown.get(place) ?? {}
  const isOther = mine.server && mine.server !== data.server
  const hasSlept = mine.slept || (mine.beat && Date.now() - mine.beat > GAP_MS)
  const isLost = mine.isOn && !data.isOn && isOther && !hasSlept
  shown.set(place, Object.assign(mine, data, { slept: false, beat: Date.now() }))
  if (!isLost) return
  mine.until = Date.now() + FOR_MS
  press(mine, parentElement)
}

// A grid of faces; each is a button that is pressed while the face is chosen. The choice goes to the
// server a moment after the last press, so that several presses make one round trip.

const WAIT_MS = 350
const instances = new WeakMap()

function draw(face, mine, send) {
  const button = document.createElement("button")
  button.type = "button"
  button.title = face.alt
  button.className = face.rejected ? "rejected" : ""
  button.setAttribute("aria-pressed", String(mine.chosen.has(face.file)))
  button.setAttribute("aria-label", face.alt)
  const picture = document.createElement("img")
  picture.src = `data:image/png;base64,${face.picture}`
  picture.alt = ""
  const name = document.createElement("span")
  name.className = "name"
  const dot = document.createElement("span")
  dot.className = "dot"
  dot.style.backgroundColor = face.color
  name.append(dot, face.label)
  button.append(picture, name)
  button.addEventListener("click", () => {
    const wasChosen = mine.chosen.delete(face.file)
    if (!wasChosen) mine.chosen.add(face.file)
    button.setAttribute("aria-pressed", String(!wasChosen))
    send()
  })
  return button
}

export default function (component) {
  const { parentElement, setStateValue } = component
  const text = new TextDecoder().decode(component.data)
  const mine = instances.get(parentElement) ?? { chosen: new Set(), timer: null, text: null }
  instances.set(parentElement, mine)
  const send = () => {
    clearTimeout(mine.timer)
    mine.timer = setTimeout(() => setStateValue("chosen", [...mine.chosen]), WAIT_MS)
  }
  if (text === mine.text) return
  const data = JSON.parse(text)
  if (data.stamp !== mine.stamp) {
    clearTimeout(mine.timer)
    const had = mine.chosen.size > 0
    mine.chosen = new Set()
    mine.stamp = data.stamp
    if (had) setStateValue("chosen", [])
  }
  mine.text = text
  const place = parentElement.querySelector(".faces")
  place.replaceChildren(...data.faces.map((face) => draw(face, mine, send)))
}

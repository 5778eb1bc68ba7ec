// The expression of the face in focus: its name in large type, seven bars, the faces in view and
// the measured figures. The elements are made once and then only changed, so that the bars glide.

const instances = new WeakMap()

function element(tag, className, parent) {
  const node = document.createElement(tag)
  node.className = className
  parent.append(node)
  return node
}

function build(parentElement) {
  const find = (name) => parentElement.querySelector(`.${name}`)
  return { label: find("label"), bars: find("bars"), faces: find("faces"),
           head: find("head"), figures: find("figures"), rows: new Map() }
}

function row(mine, bar, place) {
  let found = mine.rows.get(place)
  if (!found) {
    const name = element("span", "name", mine.bars)
    const track = element("span", "track", mine.bars)
    track.setAttribute("role", "meter")
    track.setAttribute("aria-valuemin", "0")
    track.setAttribute("aria-valuemax", "100")
    const fill = element("div", "fill", track)
    fill.style.backgroundColor = bar.color
    found = { name, track, fill, value: element("span", "value", mine.bars) }
    mine.rows.set(place, found)
  }
  if (found.name.textContent !== bar.name) { // another language
    found.name.textContent = bar.name
    found.track.setAttribute("aria-label", bar.name)
  }
  return found
}

export default function (component) {
  const { parentElement } = component
  const data = JSON.parse(new TextDecoder().decode(component.data))
  const mine = instances.get(parentElement) ?? build(parentElement)
  instances.set(parentElement, mine)

  if (mine.label.textContent !== data.label) mine.label.textContent = data.label
  mine.label.style.backgroundColor = data.color
  mine.label.style.color = data.text_color

  for (const [place, bar] of data.bars.entries()) {
    const found = row(mine, bar, place)
    const percent = (100 * bar.share).toFixed(1)
    found.fill.style.width = `${percent}%`
    found.value.textContent = data.empty ? "–" : data.percent.replace("{n}", percent.replace(".", data.decimal))
    found.track.setAttribute("aria-valuenow", percent)
    for (const part of [found.name, found.value]) part.classList.toggle("top", bar.top)
  }

  mine.faces.replaceChildren()
  mine.faces.hidden = data.faces.length === 0
  for (const face of data.faces) {
    const chip = element("span", face.focus ? "face focus" : "face", mine.faces)
    element("span", "dot", chip).style.backgroundColor = face.color
    chip.append(face.text)
  }
  mine.head.textContent = data.head
  mine.head.hidden = !data.head
  mine.figures.textContent = data.figures
}

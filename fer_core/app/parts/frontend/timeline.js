// One row per emotion, filled up to its probability over time. The rows are made once; an update
// only sets the outline of each area, which costs next to nothing.

const SVG = "http://www.w3.org/2000/svg"
const WIDTH = 1000
const HEIGHT = 100
const instances = new WeakMap()

function element(tag, className, parent) {
  const node = document.createElement(tag)
  node.className = className
  parent.append(node)
  return node
}

function build(parentElement, data) {
  const rows = parentElement.querySelector(".rows")
  const areas = data.rows.map(({ name, color }) => {
    const row = element("div", "row", rows)
    element("span", "name", row).textContent = name
    const svg = document.createElementNS(SVG, "svg")
    svg.setAttribute("class", "area")
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`)
    svg.setAttribute("preserveAspectRatio", "none")
    const path = document.createElementNS(SVG, "path")
    path.setAttribute("fill", color)
    svg.append(path)
    row.append(svg)
    return path
  })
  const mark = element("div", "mark", rows)
  return { areas, rows, mark, figure: parentElement.querySelector(".timeline"),
           ticks: parentElement.querySelector(".ticks") }
}

// Where a click lies between the left and the right edge of the areas, 0..1.
function shareOf(event, mine) {
  const edges = mine.areas[0].ownerSVGElement.getBoundingClientRect()
  return (event.clientX - edges.left) / edges.width
}

// Runs are lists of [x, y] in 0..1; each becomes a closed area that stands on the row's base.
function outline(runs) {
  return runs.map((run) => {
    const points = run.map(([x, y]) => `L${x * WIDTH} ${(1 - y) * HEIGHT}`).join("")
    return `M${run[0][0] * WIDTH} ${HEIGHT}${points}L${run.at(-1)[0] * WIDTH} ${HEIGHT}Z`
  }).join("")
}

export default function (component) {
  const { parentElement } = component
  const data = JSON.parse(new TextDecoder().decode(component.data))
  const mine = instances.get(parentElement) ?? build(parentElement, data)
  instances.set(parentElement, mine)
  mine.figure.setAttribute("aria-label", data.alt)
  mine.figure.dataset.seconds = data.seconds
  data.rows.forEach((row, index) => mine.areas[index].setAttribute("d", outline(row.runs)))
  const marked = typeof data.mark === "number"
  mine.mark.hidden = !marked
  mine.rows.classList.toggle("pickable", marked)
  if (marked) mine.mark.style.setProperty("--at", Math.min(Math.max(data.mark, 0), 1))
  mine.rows.onclick = marked
    ? (event) => {
        const share = shareOf(event, mine)
        if (share >= 0) component.setTriggerValue("pick", share)
      }
    : null
  const ticks = data.ticks.join("|")
  if (mine.tickText !== ticks) {
    mine.tickText = ticks
    mine.ticks.replaceChildren(...data.ticks.map((text) => {
      const tick = document.createElement("span")
      tick.textContent = text
      return tick
    }))
  }
}

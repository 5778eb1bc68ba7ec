// One row per emotion, filled up to its probability over time. The rows are made once; an update
// only sets the outline of each area, which costs next to nothing.

const SVG = "http://www.w3.org/2000/svg"
const WIDTH = 1000
const HEIGHT = 100
// What the keys do to the cursor's place, 0..1.
const KEYS = {
  ArrowLeft: (at) => at - 0.01,
  ArrowDown: (at) => at - 0.01,
  ArrowRight: (at) => at + 0.01,
  ArrowUp: (at) => at + 0.01,
  PageDown: (at) => at - 0.1,
  PageUp: (at) => at + 0.1,
  Home: () => 0,
  End: () => 1,
}
// The server draws a moment once the keys have rested on it; the cursor and the player go along at once.
const REST_MS = 250
const instances = new WeakMap()

function element(tag, className, parent) {
  const node = document.createElement(tag)
  node.className = className
  parent.append(node)
  return node
}

function build(parentElement, data) {
  const rows = parentElement.querySelector(".rows")
  const spans = element("div", "spans", rows)
  const names = []
  const areas = data.rows.map(({ color }) => {
    const row = element("div", "row", rows)
    names.push(element("span", "name", row))
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
  return { areas, names, rows, mark, spans, figure: parentElement.querySelector(".timeline"),
           ticks: parentElement.querySelector(".ticks"),
           table: parentElement.querySelector(".behind table") }
}

// Where a click lies between the left and the right edge of the areas, 0..1.
function shareOf(event, mine) {
  const edges = mine.areas[0].ownerSVGElement.getBoundingClientRect()
  return (event.clientX - edges.left) / edges.width
}

// Moves the cursor, and says to who does not see it where it is.
function place(mine, share) {
  mine.at = Math.min(Math.max(share, 0), 1)
  mine.mark.style.setProperty("--at", mine.at)
  const time = (mine.data.start_s + mine.at * mine.data.span_s).toFixed(1)
  mine.rows.setAttribute("aria-valuenow", time)
  mine.rows.setAttribute("aria-valuetext", `${time} s`)
}

// A timeline in which a time can be chosen is a slider; any other one is a picture.
function offerKeys(mine, data, marked) {
  mine.figure.setAttribute("role", marked ? "group" : "img")
  if (!marked) {
    for (const name of ["role", "tabindex", "aria-label"]) mine.rows.removeAttribute(name)
    return
  }
  mine.rows.setAttribute("role", "slider")
  mine.rows.setAttribute("tabindex", "0")
  mine.rows.setAttribute("aria-label", data.chooses)
  mine.rows.setAttribute("aria-valuemin", data.start_s)
  mine.rows.setAttribute("aria-valuemax", data.start_s + data.span_s)
}

// The cursor of a player with the same channel, frame by frame, without the server.
function follow(mine) {
  mine.hear = ({ detail }) => {
    const { channel, start_s: start, span_s: span } = mine.data
    if (!channel || detail.channel !== channel) return
    place(mine, (detail.time_s - start) / span)
  }
  window.addEventListener("mien-time", mine.hear)
}

// Runs are lists of [x, y] in 0..1; each becomes a closed area that stands on the row's base.
function outline(runs) {
  return runs.map((run) => {
    const points = run.map(([x, y]) => `L${x * WIDTH} ${(1 - y) * HEIGHT}`).join("")
    return `M${run[0][0] * WIDTH} ${HEIGHT}${points}L${run.at(-1)[0] * WIDTH} ${HEIGHT}Z`
  }).join("")
}

function cell(kind, text) {
  const node = document.createElement(kind)
  node.textContent = text
  return node
}

// The same in numbers, which only screen readers meet; a device that draws by itself has none, and in
// its results no place for them either.
function fillTable(table, data) {
  if (!table) return
  table.hidden = !data.table
  if (!data.table) return
  const line = (kind, cells) => {
    const row = document.createElement("tr")
    row.append(...cells.map((text, place) => cell(place ? "td" : kind, text)))
    return row
  }
  const head = document.createElement("tr")
  head.append(...["", ...data.table.heads].map((text) => cell("th", text)))
  table.replaceChildren(cell("caption", data.alt), head,
    ...data.rows.map(({ name }, place) => line("th", [name, ...data.table.rows[place]])))
}

export default function (component) {
  const { parentElement } = component
  const data = JSON.parse(new TextDecoder().decode(component.data))
  const mine = instances.get(parentElement) ?? build(parentElement, data)
  mine.data = data
  if (!instances.has(parentElement)) follow(mine)
  instances.set(parentElement, mine)
  mine.figure.setAttribute("aria-label", data.alt)
  mine.figure.dataset.seconds = data.seconds
  data.rows.forEach((row, index) => {
    mine.areas[index].setAttribute("d", outline(row.runs))
    if (mine.names[index].textContent !== row.name) mine.names[index].textContent = row.name
  })
  fillTable(mine.table, data)
  const marked = typeof data.mark === "number"
  mine.mark.hidden = !marked
  mine.rows.classList.toggle("pickable", marked)
  if (marked && !mine.resting) place(mine, data.mark)
  const pick = (share, restMs = 0) => {
    place(mine, share)
    if (data.channel) {
      const detail = { channel: data.channel, time_s: data.start_s + mine.at * data.span_s }
      window.dispatchEvent(new CustomEvent("mien-seek", { detail }))
    }
    clearTimeout(mine.resting)
    mine.resting = setTimeout(() => {
      mine.resting = 0
      component.setTriggerValue("pick", mine.at)
    }, restMs)
  }
  mine.rows.onclick = marked
    ? (event) => {
        const share = shareOf(event, mine)
        if (share >= 0) pick(share)
      }
    : null
  mine.rows.onkeydown = marked
    ? (event) => {
        if (event.altKey || event.ctrlKey || event.metaKey) return // the browser's own
        const next = KEYS[event.key]?.(mine.at)
        if (next === undefined) return
        event.preventDefault()
        pick(next, REST_MS)
      }
    : null
  offerKeys(mine, data, marked)
  const spans = JSON.stringify(data.spans)
  if (mine.spanText !== spans) {
    mine.spanText = spans
    mine.spans.hidden = data.spans.length === 0
    mine.spans.replaceChildren(...data.spans.map(({ from, to, text, out }) => {
      const node = document.createElement("span")
      node.className = to === null ? "point" : out ? "span out" : "span"
      node.style.left = `${from * 100}%`
      if (to !== null) node.style.width = `${(to - from) * 100}%`
      node.title = text
      node.textContent = to === null ? "\u2691" : text
      return node
    }))
  }
  const ticks = data.ticks.join("|")
  if (mine.tickText !== ticks) {
    mine.tickText = ticks
    mine.ticks.replaceChildren(...data.ticks.map((text) => {
      const tick = document.createElement("span")
      tick.textContent = text
      return tick
    }))
  }
  return () => {
    window.removeEventListener("mien-time", mine.hear)
    clearTimeout(mine.resting)
    instances.delete(parentElement)
  }
}

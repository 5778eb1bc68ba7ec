// Where Streamlit puts the component: finds the app's own address, loads what is served below it,
// and keeps one view for as long as the component is on the page.

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./view.js").Setup} Setup */

/**
 * What Streamlit hands over (components v2).
 * @typedef {object} Component
 * @property {HTMLElement} parentElement
 * @property {Uint8Array} data
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

/** @type {WeakMap<HTMLElement, {view: View | null, isOver: boolean}>} */
const instances = new WeakMap()

// The page's address may be that of one of its pages, and the app may lie below a sub-path; its own
// scripts lie where it does.
function baseOf() {
  /** @type {HTMLScriptElement | null} */
  const script = document.querySelector("script[src*='static/js/']")
  if (!script) throw new Error("The app's own scripts were not found.")
  return new URL("../../", script.src).href
}

/**
 * @param {Component} component
 * @param {Setup & {places: {folder: string, parts: string}}} setup
 * @param {{view: View | null, isOver: boolean}} mine
 */
async function begin({ parentElement, setTriggerValue }, setup, mine) {
  const base = baseOf()
  const load = (/** @type {string} */ path) => import(new URL(path, base).href)
  const { folder, parts } = setup.places
  const [code, panel, timeline] = await Promise.all([
    load(`${folder}view.js`), load(`${parts}panel.js`), load(`${parts}timeline.js`),
  ])
  if (mine.isOver) return
  const tell = (/** @type {string} */ event, /** @type {string} */ detail) =>
    setTriggerValue(event, detail || "now")
  /** @type {View} */
  const view = new code.View(parentElement, setup, base,
    { panel: panel.default, timeline: timeline.default }, tell)
  mine.view = view
  await view.start()
}

/** @param {Component} component */
export default function (component) {
  const { parentElement } = component
  const setup = JSON.parse(new TextDecoder().decode(component.data))
  const mine = instances.get(parentElement) ?? { view: null, isOver: false }
  if (!instances.has(parentElement)) {
    instances.set(parentElement, mine)
    begin(component, setup, mine).catch((error) => {
      console.error(error)
      const note = /** @type {HTMLElement} */ (parentElement.querySelector(".note"))
      note.hidden = false
      note.textContent = setup.sentences.load
      component.setTriggerValue("problem", "load")
    })
  }
  if (mine.view && mine.view.setup.language.code !== setup.language.code) mine.view.changeTo(setup)
  mine.view?.sender?.note(setup.last_seq)
  return () => {
    mine.isOver = true
    mine.view?.end()
    instances.delete(parentElement)
  }
}

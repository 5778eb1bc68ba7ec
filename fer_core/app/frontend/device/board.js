// The panel beside the picture and the minute below it, from the results that come in.

import { Timeline, panelOf } from "./show.js"
import { fixed, t } from "./words.js"

/** @typedef {import("./types.js").FrameResult} FrameResult */
/** @typedef {import("./view.js").Setup} Setup */
/** @typedef {(component: {parentElement: ParentNode, data: Uint8Array}) => void} Part */

const COSTS_KEPT = 45
const RATE_OVER_MS = 2000

export class Board {
  /** @type {FrameResult | null} */
  result = null
  /** @type {number[]} when the last results came, in milliseconds */
  times = []
  /** @type {number[]} milliseconds of the last analyses */
  costs = []

  /**
   * @param {ParentNode} root holds the places of both parts
   * @param {{panel: Part, timeline: Part}} parts
   * @param {Setup} setup
   */
  constructor(root, parts, { numbers, model }) {
    this.root = root
    this.parts = parts
    this.numbers = numbers
    this.model = model.name
    this.timeline = new Timeline(numbers)
  }

  /** @param {FrameResult} result */
  add(result) {
    const now = performance.now()
    this.result = result
    this.timeline.add(result)
    this.costs = [...this.costs, result.analysisMs].slice(-COSTS_KEPT)
    this.times = [...this.times, now].filter((one) => one >= now - RATE_OVER_MS)
  }

  get figures() {
    if (this.costs.length === 0) return ""
    const span = this.times[this.times.length - 1] - this.times[0]
    const rate = span > 0 ? ((this.times.length - 1) * 1000) / span : 0
    const usual = [...this.costs].sort((a, b) => a - b)[this.costs.length >> 1]
    const costs = t("{n} ms per analysis", { n: fixed(usual, 1) })
    return [t("{n} analyses a second", { n: fixed(rate) }), costs, this.model].join(" · ")
  }

  /**
   * Draw both as they are now.
   * @param {number[]} marks
   */
  show(marks) {
    const empty = this.result ? t("No face in view") : t("Waiting for the picture")
    this.fill(this.parts.panel, ".panel", panelOf(this.result, this.numbers, this.figures, empty))
    this.fill(this.parts.timeline, ".timeline", this.timeline.data(marks))
  }

  /** @param {Part} part @param {string} place @param {unknown} data */
  fill(part, place, data) {
    const found = /** @type {HTMLElement} */ (this.root.querySelector(place))
    const parentElement = /** @type {ParentNode} */ (found.parentElement ?? this.root)
    part({ parentElement, data: new TextEncoder().encode(JSON.stringify(data)) })
  }
}

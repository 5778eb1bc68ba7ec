// What the panel and the timeline are handed (fer_core/app/parts: panel.py, timeline.py).

import { capital, clockText, emotion, fixed, headText, numberForms, t } from "./words.js"

/** @typedef {import("./types.js").FrameResult} FrameResult */
/** @typedef {import("./types.js").Numbers} Numbers */
/** @typedef {{timeS: number, probs: number[] | null}} Moment */

/** Seconds that the timeline shows; samples further apart leave a gap; kept so many a second. */
const SPAN_S = 60
const GAP_S = 1.5
const KEPT_HZ = 5

/**
 * @param {{label: string, probs: number[]} | null} focus
 * @param {Numbers} numbers
 * @param {{faces?: {id: number, label: string, isFocus: boolean}[], head?: string,
 *   figures?: string, empty?: string}} [more]
 */
export function panelData(focus, numbers, more = {}) {
  const { faces = [], head = "", figures = "", empty = t("No face in view") } = more
  const shares = focus?.probs ?? numbers.emotions.map(() => 0)
  const best = focus ? shares.indexOf(Math.max(...shares)) : -1
  return {
    label: capital(focus ? emotion(focus.label) : empty),
    color: focus ? numbers.colors[focus.label].fill : "var(--st-secondary-background-color)",
    text_color: focus ? numbers.colors[focus.label].text : "inherit",
    empty: !focus,
    bars: numbers.emotions.map((name, row) => ({
      name: emotion(name), color: numbers.colors[name].fill, share: shares[row], top: row === best,
    })),
    faces: faces.filter((one) => one.id >= 0).map((one) => ({
      text: `#${one.id} ${emotion(one.label)}`,
      color: numbers.colors[one.label].fill,
      focus: one.isFocus && faces.length > 1,
    })),
    head,
    figures,
    ...numberForms(),
  }
}

/**
 * The panel of a frame's result.
 * @param {FrameResult | null} result
 * @param {Numbers} numbers
 * @param {string} figures
 * @param {string} empty
 */
export function panelOf(result, numbers, figures, empty) {
  const one = result && result.focus >= 0 ? result.faces[result.focus] : null
  return panelData(one && { label: one.label, probs: one.smoothed }, numbers, {
    faces: (result?.faces ?? []).map(({ face, label }, row) =>
      ({ id: face.id, label, isFocus: row === result?.focus })),
    head: one ? headText(one.face, numbers.windows) : "",
    figures,
    empty,
  })
}

/** Keeps the face in focus, a sample every fifth of a second, for a minute. */
export class Timeline {
  /** @param {Numbers} numbers */
  constructor(numbers) {
    this.numbers = numbers
    /** @type {Moment[]} */
    this.moments = []
  }

  /** @param {FrameResult} result */
  add(result) {
    const last = this.moments.at(-1)
    if (last && result.timeS < last.timeS + 0.9 / KEPT_HZ) return
    const focus = result.focus >= 0 ? result.faces[result.focus] : null
    this.moments.push({ timeS: result.timeS, probs: focus && focus.smoothed })
    while (this.moments[0].timeS < result.timeS - SPAN_S) this.moments.shift()
  }

  /** @param {number[]} marks that the visitor set, in seconds of the stream */
  data(marks) {
    const now = this.moments.at(-1)?.timeS ?? 0
    return timelineData(this.moments, this.numbers, now, SPAN_S,
      t("Probability of each expression of the face in focus over the last 60 seconds"), { marks })
  }
}

/**
 * @param {Moment[]} moments
 * @param {Numbers} numbers
 * @param {number} nowS
 * @param {number} spanS
 * @param {string} alt
 * @param {{isFromStart?: boolean, marks?: number[]}} [more] whether seconds count from the left
 *   edge, and the moments that were kept
 */
export function timelineData(moments, numbers, nowS, spanS, alt, more = {}) {
  const { isFromStart = false, marks = [] } = more
  const startS = nowS - spanS
  const shown = moments.filter((one) => one.probs && one.timeS >= nowS - spanS)
  /** @type {Moment[][]} */
  const runs = []
  shown.forEach((one, index) => {
    if (index === 0 || one.timeS - shown[index - 1].timeS > GAP_S) runs.push([])
    runs[runs.length - 1].push(one)
  })
  const parts = [0, 1, 2, 3, 4].map((part) => (1 - part / 4) * spanS)
  return {
    alt,
    seconds: shown.length > 0 ? shown[shown.length - 1].timeS - shown[0].timeS : 0,
    ticks: isFromStart
      ? parts.map((back) => `${fixed(nowS - back)} s`)
      : [...parts.slice(0, 4).map((back) => `−${fixed(back)} s`), t("now")],
    mark: null,
    chooses: "", // nothing can be chosen in it
    spans: marks.filter((one) => one >= startS && one <= nowS).map((one) =>
      ({ from: (one - startS) / spanS, to: null, text: clockText(one), out: false })),
    rows: numbers.emotions.map((name, row) => ({
      name: emotion(name),
      color: numbers.colors[name].fill,
      runs: runs.map((run) =>
        run.map((one) => [1 - (nowS - one.timeS) / spanS, one.probs?.[row] ?? 0])),
    })),
  }
}

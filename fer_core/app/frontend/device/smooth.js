// Probabilities that move smoothly and labels that do not flicker
// (fer_core/temporal: filters.py, smoothing.py).

import { applyOffsets } from "./baseline.js"

/** @typedef {import("./types.js").SmoothNumbers} SmoothNumbers */
/** @typedef {import("./types.js").FilterNumbers} FilterNumbers */
/** @typedef {import("./types.js").LabelRule} LabelRule */

/**
 * @typedef {object} Track
 * @property {number[]} probs
 * @property {string} label
 * @property {number} seenS
 * @property {string} challenger
 * @property {number} ledSinceS
 * @property {number} shownSinceS
 */

/**
 * A frame that comes `passedS` seconds after the one before.
 * @param {number[]} state steadied so far
 * @param {number[]} probs of the frame
 * @param {number} passedS
 * @param {FilterNumbers} filter
 */
export function step(state, probs, passedS, filter) {
  if (filter.name === "plain") {
    const tau = filter.time_constant_s ?? 0
    const gain = tau > 0 ? -Math.expm1(-passedS / tau) : 1
    return state.map((one, index) => one + gain * (probs[index] - one))
  }
  const { dwell_s: dwell = 1, evidence_s: evidence = 1, least = 0 } = filter
  const share = 1 / state.length
  const kept = Math.exp(-passedS / ((1 - share) * dwell))
  const weight = -Math.expm1(-passedS / evidence)
  const belief = state.map((one, index) =>
    (share + (one - share) * kept) * Math.max(probs[index], least) ** weight)
  const sum = belief.reduce((a, b) => a + b, 0)
  return belief.map((one) => one / sum)
}

/** @param {number[]} values */
export function largest(values) {
  return values.reduce((best, one, index) => (one > values[best] ? index : best), 0)
}

export class Smoother {
  /**
   * @param {SmoothNumbers} numbers
   * @param {string[]} emotions
   * @param {string} unsure
   */
  constructor(numbers, emotions, unsure) {
    this.numbers = numbers
    this.emotions = emotions
    this.unsure = unsure
    /** @type {number[] | null} */
    this.offsets = null
    /** @type {Map<number, Track>} */
    this.tracks = new Map()
    /** @type {number | null} */
    this.stamp = null
    this.nowS = 0
  }

  /**
   * Correct log-probabilities by these from now on; null takes it back.
   * @param {number[] | null} offsets
   */
  setBaseline(offsets) {
    this.offsets = offsets
  }

  /**
   * The label of probabilities without a past.
   * @param {number[]} probs
   */
  name(probs) {
    if (!probs.every(Number.isFinite)) return this.unsure
    const best = largest(probs)
    return probs[best] >= this.numbers.rule.unsure_below ? this.emotions[best] : this.unsure
  }

  /**
   * Take in one frame.
   * @param {number[][]} rows
   * @param {number[]} ids
   * @param {number} timeS
   * @returns {{smoothed: number[][], labels: string[]}}
   */
  update(rows, ids, timeS) {
    if (this.stamp !== null) this.nowS += Math.max(0, timeS - this.stamp)
    this.stamp = timeS
    for (const [id, track] of this.tracks) {
      if (this.nowS - track.seenS > this.numbers.expiry_s) this.tracks.delete(id)
    }
    const tracks = rows.map((row, index) => this.follow(ids[index], row))
    return {
      smoothed: tracks.map((track) => [...track.probs]),
      labels: tracks.map((track) => track.label),
    }
  }

  /**
   * @param {number} id
   * @param {number[]} row
   * @returns {Track}
   */
  follow(id, row) {
    const known = id >= 0 ? this.tracks.get(id) : undefined
    if (!row.every(Number.isFinite)) {
      return known ?? this.begin(this.emotions.map(() => 1 / this.emotions.length), this.unsure)
    }
    const probs = this.offsets ? applyOffsets(row, this.offsets) : row
    if (!known) {
      const track = this.begin(probs, this.name(probs))
      if (id >= 0) this.tracks.set(id, track)
      return track
    }
    known.probs = step(known.probs, probs, this.nowS - known.seenS, this.numbers.filter)
    known.seenS = this.nowS
    this.relabel(known)
    return known
  }

  /**
   * @param {number[]} probs
   * @param {string} label
   * @returns {Track}
   */
  begin(probs, label) {
    return {
      probs: [...probs],
      label,
      seenS: this.nowS,
      challenger: "",
      ledSinceS: 0,
      shownSinceS: this.nowS,
    }
  }

  /** @param {Track} track */
  relabel(track) {
    const { rule } = this.numbers
    const best = largest(track.probs)
    const top = track.probs[best]
    const isUnsure = track.label === this.unsure
    let [wanted, lead, needed] = [this.emotions[best], top, rule.unsure_below + rule.unsure_margin]
    if (top < rule.unsure_below) {
      [wanted, lead, needed] = [this.unsure, 0, 0]
    } else if (!isUnsure) {
      lead = top - track.probs[this.emotions.indexOf(track.label)]
      needed = rule.hysteresis
    }
    if (wanted === track.label) {
      track.challenger = ""
      return
    }
    if (wanted !== track.challenger) {
      track.challenger = wanted
      track.ledSinceS = this.nowS
    }
    const hasWon = lead >= needed || (!isUnsure && this.nowS - track.ledSinceS >= rule.hold_s)
    const hasStayed = this.nowS - track.shownSinceS >= rule.stay_s
    if (hasWon && (hasStayed || lead >= rule.large)) {
      track.label = wanted
      track.challenger = ""
      track.shownSinceS = this.nowS
    }
  }
}

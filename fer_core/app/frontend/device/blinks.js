// Blinks and closed eyes over time, from the iris contrast (fer_core/temporal/blinks.py).

/** @typedef {import("./types.js").BlinkNumbers} BlinkNumbers */
/** @typedef {import("./types.js").BlinkRates} BlinkRates */
/** @typedef {{beginS: number, endS: number}} Closure */

/** @returns {BlinkRates} */
const unknown = () => ({ ratePerMin: NaN, durationS: NaN, perclos: NaN })

export class BlinkDetector {
  /** @type {{timeS: number, contrast: number}[]} */
  seen = []
  /** @type {Closure[]} measured time */
  spans = []
  /** @type {Closure[]} */
  closures = []
  /** @type {{timeS: number, contrast: number} | null} */
  last = null
  /** @type {number | null} */
  closedSince = null
  level = NaN
  levelS = -Infinity

  /** @param {BlinkNumbers} numbers */
  constructor(numbers) {
    this.numbers = numbers
  }

  /**
   * @param {number} timeS
   * @param {number} contrast mean of both eyes; NaN where nothing was measured
   */
  add(timeS, contrast) {
    if (this.last && timeS <= this.last.timeS) return
    if (!Number.isFinite(contrast)) {
      this.break()
      return
    }
    if (this.last && timeS - this.last.timeS > this.numbers.max_gap_s) this.break()
    this.measureLevel(timeS, contrast)
    this.step(timeS, contrast)
    this.last = { timeS, contrast }
  }

  /**
   * Of the minute before `nowS`.
   * @param {number} nowS
   */
  rates(nowS) {
    const { window_s: windowS, least_s: leastS, longest_blink_s: longestS } = this.numbers
    const since = nowS - windowS
    this.forget(since)
    const within = (/** @type {Closure} */ one) => one.endS - Math.max(one.beginS, since)
    const measuredS = this.spans.reduce((sum, one) => sum + within(one), 0)
    if (measuredS < leastS) return unknown()
    const lengths = this.closures.map((one) => one.endS - one.beginS)
    const blinks = lengths.filter((length) => length <= longestS)
    let closedS = this.closures.reduce((sum, one) => sum + within(one), 0)
    if (this.closedSince !== null && this.last) {
      closedS += this.last.timeS - Math.max(this.closedSince, since)
    }
    return {
      ratePerMin: (60 * blinks.length) / measuredS,
      durationS: blinks.reduce((sum, length) => sum + length, 0) / blinks.length,
      perclos: Math.min(1, closedS / measuredS),
    }
  }

  /** @param {number} since */
  forget(since) {
    while (this.seen.length > 0 && this.seen[0].timeS <= since) this.seen.shift()
    while (this.spans.length > 0 && this.spans[0].endS <= since) this.spans.shift()
    while (this.closures.length > 0 && this.closures[0].endS <= since) this.closures.shift()
  }

  /** @param {number} timeS @param {number} contrast */
  measureLevel(timeS, contrast) {
    this.seen.push({ timeS, contrast })
    this.forget(timeS - this.numbers.window_s)
    if (timeS - this.levelS < this.numbers.level_every_s) return
    this.levelS = timeS
    const values = Float64Array.from(this.seen, (one) => one.contrast).sort()
    const level = values[Math.trunc(this.numbers.open_rank * (values.length - 1))]
    this.level = level >= this.numbers.least_level ? level : NaN
  }

  /** @param {number} timeS @param {number} contrast */
  step(timeS, contrast) {
    const limit = this.numbers.closed_share * this.level
    if (!Number.isFinite(limit)) {
      this.break()
      return
    }
    if (!this.last) {
      if (contrast < limit) this.closedSince = timeS
      return
    }
    const { timeS: beforeS, contrast: before } = this.last
    this.extend(beforeS, timeS)
    // Where the line between the two frames crosses the limit.
    const share = before === contrast ? 1 : (before - limit) / (before - contrast)
    const atS = beforeS + Math.min(1, Math.max(0, share)) * (timeS - beforeS)
    if (contrast < limit) this.closedSince ??= atS
    else if (this.closedSince !== null) {
      this.closures.push({ beginS: this.closedSince, endS: Math.max(atS, this.closedSince) })
      this.closedSince = null
    }
  }

  /**
   * Measured time, joined where it goes on; cut by seconds, so that a minute is exact.
   * @param {number} beginS
   * @param {number} endS
   */
  extend(beginS, endS) {
    const last = this.spans.at(-1)
    if (last && last.endS === beginS && endS - last.beginS < 1) last.endS = endS
    else this.spans.push({ beginS, endS })
  }

  /** Nothing is known from the last frame on: a closure that was open counts up to it. */
  break() {
    if (this.closedSince !== null && this.last) {
      this.closures.push({ beginS: this.closedSince, endS: this.last.timeS })
    }
    this.closedSince = this.last = null
  }
}

/** The blinks of all faces of a stream, by track; one out of sight for a minute begins anew. */
export class BlinkWatch {
  /** @type {Map<number, {timeS: number, detector: BlinkDetector}>} */
  tracks = new Map()

  /**
   * @param {BlinkNumbers} numbers
   * @param {number[]} columns of the iris contrasts among the measures
   */
  constructor(numbers, columns) {
    this.numbers = numbers
    this.columns = columns
  }

  /**
   * Take in a frame.
   * @param {import("./types.js").Face[]} faces
   * @param {number} timeS
   */
  add(faces, timeS) {
    for (const { id, measures } of faces) {
      if (id < 0) continue
      const detector = this.tracks.get(id)?.detector ?? new BlinkDetector(this.numbers)
      this.tracks.set(id, { timeS, detector })
      const [right, left] = this.columns.map((column) => measures[column])
      detector.add(timeS, (right + left) / 2)
    }
    for (const [id, kept] of this.tracks) {
      if (kept.timeS < timeS - this.numbers.window_s) this.tracks.delete(id)
    }
  }

  /**
   * Of a face's last minute; unknown for one that was not seen.
   * @param {number} id
   * @param {number} timeS
   */
  rates(id, timeS) {
    return this.tracks.get(id)?.detector.rates(timeS) ?? unknown()
  }
}

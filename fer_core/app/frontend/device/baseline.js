// A visitor's neutral face as the zero point (fer_core/temporal/baseline.py).

/** @typedef {import("./types.js").BaselineNumbers} BaselineNumbers */
/** @typedef {import("./types.js").FrameResult} FrameResult */

/**
 * Probabilities with their logarithms moved, summing to 1.
 * @param {number[]} probs
 * @param {number[]} offsets
 */
export function applyOffsets(probs, offsets) {
  const weighted = probs.map((one, index) => one * Math.exp(offsets[index]))
  const sum = weighted.reduce((a, b) => a + b, 0)
  return weighted.map((one) => one / sum)
}

/**
 * From the mean log-probabilities of a neutral face.
 * @param {number[]} meanLogProbs
 * @param {BaselineNumbers} numbers
 */
export function offsetsFrom(meanLogProbs, numbers) {
  return meanLogProbs.map((mean, index) => {
    const low = index === numbers.neutral ? 0 : -numbers.max_offset
    return Math.min(Math.max(numbers.reference[index] - mean, low), low + numbers.max_offset)
  })
}

/** Collects the neutral face of the track in focus. */
export class NeutralBaseline {
  /** @type {"idle" | "collecting" | "ready" | "failed"} */
  state = "idle"
  /** @type {number[] | null} */
  offsets = null
  /** @type {{[name: string]: string}} seconds in the sentence that says why it failed */
  values = {}
  /** @type {number | null} */
  trackId = null
  validS = 0
  lookedS = 0
  /** @type {number[]} */
  sum = []
  /** @type {number | null} */
  stamp = null
  unseenS = 0
  /** @type {number[] | null} */
  held = null

  /** @param {BaselineNumbers} numbers */
  constructor(numbers) {
    this.numbers = numbers
    this.cancel()
  }

  /** Back to the start: no offsets, nothing collected. */
  cancel() {
    this.state = "idle"
    this.offsets = this.trackId = this.stamp = this.held = null
    this.values = {}
    this.validS = this.lookedS = this.unseenS = 0
    this.sum = this.numbers.reference.map(() => 0)
  }

  /** Collect from the next frame on. */
  start() {
    this.cancel()
    this.state = "collecting"
  }

  /** Share of the time that has passed, 0..1. */
  get progress() {
    if (this.state === "ready" || this.state === "failed") return 1
    return Math.min(1, this.lookedS / this.numbers.duration_s)
  }

  /**
   * Take in one frame's unsmoothed probabilities.
   * @param {FrameResult} result
   */
  update(result) {
    if (this.state !== "collecting") return this.state
    const passed = this.stamp === null ? 0 : Math.max(0, result.timeS - this.stamp)
    this.stamp = result.timeS
    this.lookedS += passed
    this.unseenS += passed
    const probs = this.rowOf(result)
    if (probs) {
      if (this.held !== null && this.unseenS <= this.numbers.max_gap_s) {
        const [held, unseen] = [this.held, this.unseenS]
        this.validS += unseen
        this.sum = this.sum.map((one, index) => one + unseen * held[index])
      }
      this.held = probs.map((one) => Math.log(Math.min(Math.max(one, this.numbers.smallest), 1)))
      this.unseenS = 0
    }
    if (this.lookedS >= this.numbers.duration_s - 1e-9) this.finish()
    return this.state
  }

  /** @param {FrameResult} result */
  rowOf(result) {
    if (this.trackId === null && result.focus >= 0) {
      const chosen = result.faces[result.focus].face.id
      this.trackId = chosen >= 0 ? chosen : null
    }
    if (this.trackId === null) return null
    const rows = result.faces.filter((one) => one.face.id === this.trackId)
    return rows.length === 1 && rows[0].probs.every(Number.isFinite) ? rows[0].probs : null
  }

  finish() {
    const { min_valid_s: least, duration_s: duration } = this.numbers
    if (this.validS < least) {
      this.state = "failed"
      this.values = {
        seen: this.validS.toFixed(1), wanted: duration.toFixed(0), least: least.toFixed(0),
      }
      return
    }
    this.offsets = offsetsFrom(this.sum.map((one) => one / this.validS), this.numbers)
    this.state = "ready"
  }
}

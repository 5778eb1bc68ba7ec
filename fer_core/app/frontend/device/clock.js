// A stream's own time in seconds (fer_core/streaming/clock.py).

/** @typedef {import("./types.js").ClockNumbers} ClockNumbers */

/** Turns a camera's timestamps into seconds since the first frame that never run backwards. */
export class StreamClock {
  /** @type {number | null} */
  firstNowS = null
  /** @type {number | null} */
  offsetS = null
  lastStampS = 0
  timeS = 0

  /** @param {ClockNumbers} numbers */
  constructor(numbers) {
    this.numbers = numbers
  }

  /**
   * Seconds since the first frame.
   * @param {number} stampS as the camera gives it
   * @param {number} nowS when it arrived, on this device's monotonic clock
   */
  read(stampS, nowS) {
    this.firstNowS ??= nowS
    const passedS = nowS - this.firstNowS
    const hasRestarted = this.offsetS === null ||
      stampS < this.lastStampS - this.numbers.restart_s
    const strays = Math.abs(stampS + (this.offsetS ?? 0) - passedS) > this.numbers.max_drift_s
    if (hasRestarted || strays) this.offsetS = Math.max(this.timeS, passedS) - stampS
    this.lastStampS = stampS
    this.timeS = Math.max(this.timeS, stampS + (this.offsetS ?? 0))
    return this.timeS
  }
}

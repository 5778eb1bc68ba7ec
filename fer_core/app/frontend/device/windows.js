// Frames -> one sample per face and second (fer_core/temporal/windows.py).

/** @typedef {import("./types.js").WindowNumbers} WindowNumbers */
/** @typedef {import("./types.js").FrameResult} FrameResult */
/** @typedef {import("./types.js").FaceResult} FaceResult */
/** @typedef {import("./types.js").Sample} Sample */

/**
 * One face in one frame; `facing` and `eyesOpen` are null where not measured.
 * @typedef {object} Seen
 * @property {number} timeS
 * @property {number[]} probs
 * @property {boolean | null} facing
 * @property {boolean | null} eyesOpen
 * @property {number | null} concentration 0..1; null where not measured, or not asked for
 * @property {number[]} box in parts of the picture
 */

/** Seconds in which something held, of those in which it was measured. */
class Share {
  heldS = 0
  measuredS = 0

  /** @param {boolean | number | null} value @param {number} seconds */
  add(value, seconds) {
    if (value === null) return
    this.measuredS += seconds
    this.heldS += seconds * Number(value)
  }

  get value() {
    return this.measuredS > 0 ? this.heldS / this.measuredS : NaN
  }
}

/**
 * @typedef {object} Sums
 * @property {number} index
 * @property {number} trackId
 * @property {number[]} probs
 * @property {number} validS
 * @property {Share} facing
 * @property {Share} eyesOpen
 * @property {Share} concentration
 * @property {number[]} box
 */

export class SecondWindows {
  /** @type {Map<number, Seen>} */
  last = new Map()
  /** @type {Map<string, Sums>} */
  windows = new Map()
  /** @type {number | null} */
  timeS = null

  /** @param {WindowNumbers} numbers */
  constructor(numbers) {
    this.numbers = numbers
  }

  restart() {
    this.last.clear()
    this.windows.clear()
    this.timeS = null
  }

  /**
   * Take in a frame; the samples of windows that it completes.
   * @param {FrameResult} result
   * @returns {Sample[]}
   */
  add(result) {
    const now = result.timeS
    /** @type {Sample[]} */
    let done = []
    if (this.timeS !== null && now <= this.timeS) {
      if (this.timeS - now <= this.numbers.window_s) return []
      done = this.flush()
    }
    this.timeS = now
    for (const one of result.faces) {
      if (one.face.id >= 0 && one.smoothed.every(Number.isFinite)) this.see(one, result)
    }
    for (const [id, seen] of this.last) {
      if (now - seen.timeS > this.numbers.max_gap_s) this.last.delete(id)
    }
    const complete = Math.floor((now - this.numbers.max_gap_s) / this.numbers.window_s)
    return [...done, ...this.give(complete)]
  }

  /** The samples of all open windows; the next frame starts anew. */
  flush() {
    const samples = this.give(null)
    this.restart()
    return samples
  }

  /** @param {FaceResult} one @param {FrameResult} result */
  see(one, result) {
    const { max_yaw: maxYaw, max_pitch: maxPitch, min_openness: minOpenness } = this.numbers
    const [yaw, pitch] = one.face.pose
    const openness = (one.face.eyes[0] + one.face.eyes[1]) / 2
    /** @type {Seen} */
    const seen = {
      timeS: result.timeS,
      probs: one.smoothed,
      facing: Number.isFinite(yaw) && Number.isFinite(pitch)
        ? Math.abs(yaw) <= maxYaw && Math.abs(pitch) <= maxPitch
        : null,
      eyesOpen: Number.isFinite(openness) ? openness >= minOpenness : null,
      concentration: null,
      box: one.face.box.map((value, axis) => value / (axis % 2 ? result.height : result.width)),
    }
    seen.concentration = this.concentration(seen, openness)
    const before = this.last.get(one.face.id)
    if (before && seen.timeS - before.timeS <= this.numbers.max_gap_s) {
      this.fill(one.face.id, before, seen.timeS)
    }
    this.last.set(one.face.id, seen)
  }

  /**
   * Weight of the expression times that of the gaze (fer_core/classroom/measures.py).
   * @param {Seen} seen
   * @param {number} openness of the eyes, 0..1
   */
  concentration(seen, openness) {
    const index = this.numbers.concentration
    if (!index || seen.facing === null || seen.eyesOpen === null) return null
    let gaze = seen.facing ? index.open_centred : index.open_turned
    if (!seen.eyesOpen) gaze = openness < index.min_half_openness ? index.closed : index.half_closed
    const shown = seen.probs.indexOf(Math.max(...seen.probs))
    return (index.emotion_weights[shown] * gaze) / index.scale
  }

  /** @param {number} trackId @param {Seen} before @param {number} untilS */
  fill(trackId, before, untilS) {
    const length = this.numbers.window_s
    const last = Math.floor(untilS / length)
    for (let index = Math.floor(before.timeS / length); index <= last; index += 1) {
      const seconds = Math.min(untilS, (index + 1) * length) - Math.max(before.timeS, index * length)
      if (!(seconds > 0)) continue
      const key = `${index} ${trackId}`
      const window = this.windows.get(key) ?? {
        index,
        trackId,
        probs: before.probs.map(() => 0),
        validS: 0,
        facing: new Share(),
        eyesOpen: new Share(),
        concentration: new Share(),
        box: before.box,
      }
      this.windows.set(key, window)
      window.probs = window.probs.map((one, row) => one + seconds * before.probs[row])
      window.validS += seconds
      window.facing.add(before.facing, seconds)
      window.eyesOpen.add(before.eyesOpen, seconds)
      window.concentration.add(before.concentration, seconds)
      window.box = before.box
    }
  }

  /**
   * Samples of the windows below an index (null: all), in order of time.
   * @param {number | null} before
   * @returns {Sample[]}
   */
  give(before) {
    const chosen = [...this.windows.entries()]
      .filter(([, window]) => before === null || window.index < before)
      .sort(([, a], [, b]) => a.index - b.index || a.trackId - b.trackId)
    return chosen.map(([key, window]) => {
      this.windows.delete(key)
      const sum = window.probs.reduce((a, b) => a + b, 0)
      return {
        time_s: window.index * this.numbers.window_s,
        duration_s: this.numbers.window_s,
        track_id: window.trackId,
        probs: window.probs.map((one) => one / sum),
        valid_s: Math.min(window.validS, this.numbers.window_s),
        facing: window.facing.value,
        eyes_open: window.eyesOpen.value,
        concentration: window.concentration.value,
        box: window.box,
      }
    })
  }
}

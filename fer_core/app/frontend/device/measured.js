// Means of the faces' measures over whole seconds, for the files that are taken along
// (fer_core/streaming/record.py).

/** @typedef {import("./types.js").FrameResult} FrameResult */
/** @typedef {import("./types.js").Sample} Sample */

/** Four hours of four faces; the oldest go first, so that a tab that is left open stays small. */
const MOST = 4 * 3600 * 4

export class SecondMeasures {
  /** @type {Map<string, {sums: number[], frames: number}>} */
  found = new Map()

  /**
   * @param {string[]} names
   * @param {number} most faces' seconds that are kept
   */
  constructor(names, most = MOST) {
    this.names = names
    this.most = most
  }

  /** @param {FrameResult} result */
  add({ timeS, faces }) {
    for (const { face: { id, measures } } of faces) {
      if (measures.length < this.names.length || !measures.every(Number.isFinite)) continue
      const key = `${id} ${Math.floor(timeS)}`
      let one = this.found.get(key)
      if (!one) {
        if (this.found.size >= this.most) this.found.delete(this.found.keys().next().value ?? "")
        one = { sums: this.names.map(() => 0), frames: 0 }
        this.found.set(key, one)
      }
      one.frames += 1
      for (const [index, value] of measures.entries()) one.sums[index] += value
    }
  }

  /** Whether no face was measured. */
  get isEmpty() {
    return this.found.size === 0
  }

  /**
   * The means over the frames in which the sample's face was measured; null without one.
   * @param {Sample} sample
   */
  of({ track_id: id, time_s: timeS }) {
    const one = this.found.get(`${id} ${Math.floor(timeS + 1e-6)}`)
    return one ? one.sums.map((sum) => sum / one.frames) : null
  }
}

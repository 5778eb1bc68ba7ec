// Stable ids for the faces of one stream (fer_core/tracking: matching.py, motion.py, tracker.py).

import { assign } from "./assign.js"
import { overlap } from "./detect.js"

/** @typedef {import("./types.js").TrackNumbers} TrackNumbers */
/** @typedef {import("./types.js").Face} Face */

/** How one face moves: a Kalman filter in seconds, the same for x and y. */
export class Motion {
  /**
   * @param {number[]} center
   * @param {number} size
   * @param {TrackNumbers} numbers
   */
  constructor(center, size, numbers) {
    this.numbers = numbers
    this.position = [...center]
    this.velocity = [0, 0]
    // Variance of the position, covariance with the velocity, variance of the velocity.
    this.variances = [(numbers.jitter * size) ** 2, 0, (numbers.first_speed * size) ** 2]
  }

  /**
   * How far the face has moved after so many seconds.
   * @param {number} seconds
   */
  travel(seconds) {
    const fades = this.numbers.velocity_fades_s
    const reach = fades * -Math.expm1(-seconds / fades)
    return this.velocity.map((one) => one * reach)
  }

  /**
   * @param {number} seconds
   * @param {number} size
   */
  advance(seconds, size) {
    const fades = this.numbers.velocity_fades_s
    const moved = this.travel(seconds)
    this.position = this.position.map((one, axis) => one + moved[axis])
    const kept = Math.exp(-seconds / fades)
    const reach = fades * (1 - kept)
    this.velocity = this.velocity.map((one) => one * kept)
    const [p, c, v] = this.variances
    const noise = (this.numbers.acceleration * size) ** 2
    this.variances = [
      p + 2 * reach * c + reach ** 2 * v + (noise * seconds ** 3) / 3,
      kept * (c + reach * v) + (noise * seconds ** 2) / 2,
      kept ** 2 * v + noise * seconds,
    ]
  }

  /**
   * Take a measured centre into account.
   * @param {number[]} center
   * @param {number} size
   */
  correct(center, size) {
    const [p, c, v] = this.variances
    const total = p + (this.numbers.jitter * size) ** 2
    const error = center.map((one, axis) => one - this.position[axis])
    this.position = this.position.map((one, axis) => one + (p / total) * error[axis])
    this.velocity = this.velocity.map((one, axis) => one + (c / total) * error[axis])
    this.variances = [p - (p * p) / total, c - (p * c) / total, v - (c * c) / total]
  }
}

/** @typedef {{id: number, motion: Motion, sides: number[], seenS: number}} Track */

/** @param {number[]} box */
const centerOf = (box) => [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
/** @param {number[]} box */
const sidesOf = (box) => [box[2] - box[0], box[3] - box[1]]
/** @param {number[]} pair */
const mean = (pair) => (pair[0] + pair[1]) / 2

/**
 * Between the centres, in units of the expected box's mean side.
 * @param {number[]} expected
 * @param {number[]} detected
 */
export function distance(expected, detected) {
  const [ax, ay] = centerOf(expected)
  const [bx, by] = centerOf(detected)
  return Math.hypot(ax - bx, ay - by) / mean(sidesOf(expected))
}

/**
 * 1 - IoU plus the squared distance.
 * @param {number[]} expected
 * @param {number[]} detected
 */
export function pairCost(expected, detected) {
  return 1 - overlap(expected, detected) + distance(expected, detected) ** 2
}

/**
 * Near enough in place and size.
 * @param {number[]} expected
 * @param {number[]} detected
 * @param {number} unseenS
 * @param {TrackNumbers} numbers
 */
export function isAllowed(expected, detected, unseenS, numbers) {
  const gate = Math.min(numbers.gate_now + numbers.gate_per_s * unseenS, numbers.gate_most)
  const [a, b] = [expected, detected].map((box) => mean(sidesOf(box).map(Math.log)))
  return distance(expected, detected) <= gate && Math.abs(a - b) <= Math.log(numbers.max_ratio)
}

export class Tracker {
  /** @param {TrackNumbers} numbers */
  constructor(numbers) {
    this.numbers = numbers
    this.nextId = 1
    /** @type {Track[]} */
    this.tracks = []
    /** @type {number | null} */
    this.stamp = null
    this.nowS = 0
  }

  /**
   * Give the faces of a frame their ids; a row without a proper box keeps -1.
   * @param {Face[]} faces
   * @param {number} timeS
   * @returns {Face[]}
   */
  update(faces, timeS) {
    const passed = this.stamp === null ? 0 : Math.max(0, timeS - this.stamp)
    this.stamp = timeS
    this.nowS += passed
    this.tracks = this.tracks.filter((one) => this.nowS - one.seenS <= this.numbers.expiry_s)
    for (const one of this.tracks) one.motion.advance(passed, mean(one.sides))
    const usable = faces.filter(({ box }) =>
      box.every(Number.isFinite) && box[2] > box[0] && box[3] > box[1])
    const ids = this.identify(usable.map((face) => face.box))
    return faces.map((face) => {
      const row = usable.indexOf(face)
      return { ...face, id: row < 0 ? -1 : ids[row] }
    })
  }

  /** @param {Track} track */
  boxOf({ motion, sides }) {
    const [x, y] = motion.position
    return [x - sides[0] / 2, y - sides[1] / 2, x + sides[0] / 2, y + sides[1] / 2]
  }

  /**
   * @param {number[][]} boxes
   * @returns {number[]}
   */
  identify(boxes) {
    const ids = boxes.map(() => -1)
    const known = [...this.tracks]
    const expected = known.map((one) => this.boxOf(one))
    const allowed = expected.map((box, row) => boxes.map((detected) =>
      isAllowed(box, detected, this.nowS - known[row].seenS, this.numbers)))
    const costs = expected.map((box) => boxes.map((detected) => pairCost(box, detected)))
    const fitting = costs.flatMap((row, r) => row.filter((_, c) => allowed[r][c]))
    if (fitting.length > 0) {
      // Just more than the dearest, not infinity: see fer_core/tracking/matching.py.
      const dearest = Math.max(...fitting) + 1e-6
      const pairs = assign(costs.map((row, r) => row.map((c, i) => (allowed[r][i] ? c : dearest))))
      for (const [row, column] of pairs) {
        if (!allowed[row][column]) continue
        const track = known[row]
        const sides = sidesOf(boxes[column])
        track.motion.correct(centerOf(boxes[column]), mean(sides))
        track.sides = track.sides.map((side, axis) =>
          side + this.numbers.size_gain * (sides[axis] - side))
        track.seenS = this.nowS
        ids[column] = track.id
      }
    }
    boxes.forEach((box, row) => {
      if (ids[row] >= 0) return
      const sides = sidesOf(box)
      const motion = new Motion(centerOf(box), mean(sides), this.numbers)
      this.tracks.push({ id: this.nextId, motion, sides, seenS: this.nowS })
      ids[row] = this.nextId
      this.nextId += 1
    })
    return ids
  }
}

// Lengths on a face and how dark its irises are (fer_core/landmarks: measures.py, iris.py).

import { warp } from "./image.js"

/** @typedef {import("./types.js").MeasureNumbers} MeasureNumbers */
/** @typedef {import("./types.js").IrisNumbers} IrisNumbers */
/** @typedef {import("./types.js").MeshNumbers} MeshNumbers */
/** @typedef {import("./image.js").Plane} Plane */

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * The lengths, in distances between the eyes; NaN where the eyes lie on one spot.
 * @param {number[][]} mesh x, y, depth of each point
 * @param {number[][]} rotation of the head
 * @param {MeshNumbers} eyes
 * @param {MeasureNumbers} numbers
 */
export function measureFace(mesh, rotation, eyes, numbers) {
  // Rows times the rotation is its inverse applied: the face looks ahead.
  const at = (/** @type {number} */ index) => [0, 1, 2].map((axis) =>
    mesh[index].reduce((sum, value, row) => sum + value * rotation[row][axis], 0))
  const centers = [eyes.right_eye, eyes.left_eye].map((contour) => {
    const points = contour.map(at)
    return [0, 1, 2].map((axis) => mean(points.map((point) => point[axis])))
  })
  const apart = (/** @type {number[]} */ a, /** @type {number[]} */ b) =>
    Math.hypot(...a.map((value, axis) => value - b[axis]))
  const unit = apart(centers[0], centers[1])
  if (!(unit > 0)) return numbers.names.slice(0, -2).map(() => NaN)
  const up = (/** @type {number} */ index) => at(index)[1] / -unit
  const gaps = numbers.upper.map((index, row) => apart(at(index), at(numbers.lower[row])) / unit)
  const brows = numbers.brows.map((points, side) => mean(points.map(up)) + centers[side][1] / unit)
  const lids = [mean(gaps.slice(0, 3)), mean(gaps.slice(3, 6))]
  const lips = mean(numbers.inner_lips.map(up))
  const corners = numbers.corners.map((index) => up(index) - lips)
  const jaw = up(numbers.nose_base) - up(numbers.chin)
  const asymmetry = mean([brows, lids, corners].map(([one, other]) => Math.abs(one - other)))
  return [...brows, ...lids, gaps[6], gaps[7], ...corners, jaw, asymmetry]
}

/**
 * Of the right and the left eye, 0 nothing dark .. 1 black; NaN without width.
 * @param {Plane} luma
 * @param {number[][]} mesh
 * @param {IrisNumbers} numbers
 */
export function irisContrasts(luma, mesh, numbers) {
  return numbers.corners.map(([from, to]) => contrast(luma, mesh[from], mesh[to], numbers))
}

/**
 * @param {Plane} luma
 * @param {number[]} from the corner at the picture's left
 * @param {number[]} to
 * @param {IrisNumbers} numbers
 */
function contrast(luma, from, to, numbers) {
  const { width, height, window: [rows, columns], edge_x: edgeX, edge_y: edgeY } = numbers
  const across = [to[0] - from[0], to[1] - from[1]]
  const length = Math.hypot(...across)
  if (!(length > 0)) return NaN
  // From the patch, which is as wide as the eye, to the frame.
  const [a, d] = across.map((value) => value / width)
  const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]
  const matrix = [
    a, -d, middle[0] - (a * width) / 2 + (d * height) / 2,
    d, a, middle[1] - (d * width) / 2 - (a * height) / 2,
  ]
  const patch = warp(luma, matrix, width, height)
  const closed = extreme(extreme(patch, rows, columns, Math.max), rows, columns, Math.min)
  const inside = []
  for (let y = edgeY; y < height - edgeY; y += 1) {
    for (let x = edgeX; x < width - edgeX; x += 1) inside.push(closed.data[y * width + x])
  }
  const skin = rank([...patch.data], numbers.skin)
  return Math.max(0, 1 - rank(inside, numbers.dark) / Math.max(skin, 1))
}

/**
 * The largest or the smallest value around each pixel, as cv2.dilate and cv2.erode: the window's
 * middle is the pixel after its half, and what lies outside does not count.
 * @param {Plane} plane of one channel
 * @param {number} rows of the window
 * @param {number} columns
 * @param {(...values: number[]) => number} choose
 * @returns {Plane}
 */
export function extreme({ width, height, data }, rows, columns, choose) {
  const out = new Uint8Array(data.length)
  const [above, left] = [rows >> 1, columns >> 1]
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let best = data[y * width + x]
      for (let v = Math.max(0, y - above); v < Math.min(height, y - above + rows); v += 1) {
        for (let u = Math.max(0, x - left); u < Math.min(width, x - left + columns); u += 1) {
          best = choose(best, data[v * width + u])
        }
      }
      out[y * width + x] = best
    }
  }
  return { width, height, channels: 1, data: out }
}

/**
 * The value that this share of the values does not exceed.
 * @param {number[]} values
 * @param {number} share
 */
function rank(values, share) {
  return values.sort((a, b) => a - b)[Math.trunc(share * (values.length - 1))]
}

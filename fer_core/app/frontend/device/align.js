// Face crops framed as the training faces are framed (fer_core/imaging/crop.py).

import { halve, warp } from "./image.js"

/** @typedef {import("./types.js").Face} Face */
/** @typedef {import("./types.js").AlignNumbers} AlignNumbers */
/** @typedef {import("./image.js").Plane} Plane */
/** @typedef {{center: number[], side: number, angle: number}} Square */

/**
 * Where the crop of a face lies: by the keypoints where they are plausible, by the box else.
 * @param {Face} face
 * @param {AlignNumbers} numbers
 * @returns {Square | null} null where the face has neither
 */
export function cropSquare({ box, keypoints }, numbers) {
  const boxSide = (box[2] - box[0] + box[3] - box[1]) / 2
  const [right, left, , mouth] = keypoints
  const across = [left[0] - right[0], left[1] - right[1]]
  const eyes = [(right[0] + left[0]) / 2, (right[1] + left[1]) / 2]
  const spread = Math.hypot(...across)
  const unit = Math.hypot(spread, Math.hypot(mouth[0] - eyes[0], mouth[1] - eyes[1]))
  const byPoints = Number.isFinite(unit) && spread > 0 &&
    !(unit < numbers.min_unit_per_box * boxSide)
  const [dx, dy] = byPoints ? across.map((one) => one / spread) : [1, 0]
  const drop = numbers.drop_per_unit * unit
  /** @type {Square} */
  const square = byPoints
    ? {
        center: [eyes[0] - drop * dy, eyes[1] + drop * dx],
        side: numbers.side_per_unit * unit,
        angle: Math.atan2(dy, dx),
      }
    : {
        center: [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2 + numbers.drop_per_box * boxSide],
        side: numbers.side_per_box * boxSide,
        angle: 0,
      }
  return [...square.center, square.side].every(Number.isFinite) ? square : null
}

/**
 * Cut one face out, upright; grey where it has no place.
 * @param {Plane} luma
 * @param {Face} face
 * @param {number} size
 * @param {AlignNumbers} numbers
 * @returns {Plane}
 */
export function alignFace(luma, face, size, numbers) {
  const square = cropSquare(face, numbers)
  if (!square) {
    const data = new Uint8Array(size * size).fill(128)
    return { width: size, height: size, channels: 1, data }
  }
  return cut(luma, square, size)
}

/** @param {number} value @param {number} low @param {number} high */
const clip = (value, low, high) => Math.min(Math.max(value, low), high)

/**
 * One turned square: halved as often as needed, sampled at twice the size and averaged, so that no
 * pixel is left out.
 * @param {Plane} luma
 * @param {Square} square
 * @param {number} size
 */
function cut(luma, square, size) {
  const { width, height } = luma
  const side = clip(square.side, 1, 4 * Math.max(width, height))
  const margin = 2 * side
  let x = clip(square.center[0], -margin, width + margin) - 0.5
  let y = clip(square.center[1], -margin, height + margin) - 0.5
  const { angle } = square
  const oversample = side > size ? 2 : 1
  const halvings = Math.max(0, Math.trunc(Math.log2(side / (size * oversample))))
  const reach = (side / 2) * (Math.abs(Math.cos(angle)) + Math.abs(Math.sin(angle)))
  const { part, left, top, ratio } = shrinkAround(luma, x, y, reach, halvings)
  x = (x - left + 0.5) * ratio[0] - 0.5
  y = (y - top + 0.5) * ratio[1] - 0.5

  const out = size * oversample
  const step = side / out
  const cos = step * Math.cos(angle)
  const sin = step * Math.sin(angle)
  const middle = (out - 1) / 2
  const [a, b] = [cos * ratio[0], -sin * ratio[0]]
  const [d, e] = [sin * ratio[1], cos * ratio[1]]
  const matrix = [a, b, x - (a + b) * middle, d, e, y - (d + e) * middle]
  const crop = warp(part, matrix, out)
  return oversample > 1 ? halve(crop) : crop
}

/**
 * The part within reach of x, y, halved some times; its edges, and its pixels per pixel of luma.
 * @param {Plane} luma
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 * @param {number} halvings
 */
function shrinkAround(luma, x, y, reach, halvings) {
  if (halvings === 0) return { part: luma, left: 0, top: 0, ratio: [1, 1] }
  const factor = 2 ** halvings
  const [[left, width], [top, height]] = [[x, luma.width], [y, luma.height]].map(
    ([position, limit]) => {
      const start = Math.trunc(clip(position - reach - 2 * factor, 0, limit - 1))
      const end = Math.trunc(clip(position + reach + 2 * factor, start + 1, limit))
      return [start, Math.floor((end - start) / factor) * factor || end - start]
    },
  )
  const data = new Uint8Array(width * height)
  for (let row = 0; row < height; row += 1) {
    const source = (top + row) * luma.width + left
    data.set(luma.data.subarray(source, source + width), row * width)
  }
  /** @type {Plane} */
  let part = { width, height, channels: 1, data }
  for (let time = 0; time < halvings; time += 1) part = halve(part)
  return { part, left, top, ratio: [part.width / width, part.height / height] }
}

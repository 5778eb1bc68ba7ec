// BlazeFace: the network's input, its anchors, decoding, weighted non-maximum suppression
// (fer_core/detection: anchors.py, blazeface.py, nms.py).

import { enlarge, roundEven, scaledSize, shrink } from "./image.js"

/** @typedef {import("./types.js").DetectNumbers} DetectNumbers */
/** @typedef {import("./types.js").Face} Face */
/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./image.js").Plane} Plane */
/** @typedef {{box: number[], score: number, keypoints: number[][]}} Detection */

/**
 * x, y of each anchor, 0..1 of the input: grid by grid, row by row, cell by cell.
 * @param {DetectNumbers} numbers
 * @returns {Float32Array} two values an anchor
 */
export function anchorCenters(numbers) {
  /** @type {number[]} */
  const out = []
  for (const stride of new Set(numbers.strides)) {
    const cells = Math.ceil(numbers.input_size / stride)
    const repeats = numbers.per_layer * numbers.strides.filter((one) => one === stride).length
    for (let y = 0; y < cells; y += 1) {
      for (let x = 0; x < cells; x += 1) {
        for (let copy = 0; copy < repeats; copy += 1) {
          out.push((x + 0.5) / cells, (y + 0.5) / cells)
        }
      }
    }
  }
  return Float32Array.from(out)
}

/**
 * @param {number} logit
 * @param {number} most
 */
export function sigmoid(logit, most) {
  return 1 / (1 + Math.exp(-Math.min(Math.max(logit, -most), most)))
}

/**
 * Raw outputs -> detections in 0..1 of the input, before suppression.
 * @param {Float32Array} regressors
 * @param {Float32Array} logits
 * @param {Float32Array} centers
 * @param {DetectNumbers} numbers
 * @returns {Detection[]}
 */
export function decode(regressors, logits, centers, numbers) {
  const size = numbers.input_size
  const coords = 4 + 2 * numbers.num_keypoints
  const minLogit = Math.log(numbers.min_score / (1 - numbers.min_score))
  const found = []
  for (let row = 0; row < logits.length; row += 1) {
    const logit = logits[row]
    if (!(logit >= minLogit)) continue
    const raw = regressors.subarray(row * coords, (row + 1) * coords)
    const at = (/** @type {number} */ index) => raw[index] / size
    const anchorX = centers[2 * row]
    const anchorY = centers[2 * row + 1]
    const x = at(0) + anchorX
    const y = at(1) + anchorY
    const halfWidth = at(2) / 2
    const halfHeight = at(3) / 2
    const keypoints = []
    for (let point = 0; point < numbers.num_keypoints; point += 1) {
      keypoints.push([at(4 + 2 * point) + anchorX, at(5 + 2 * point) + anchorY])
    }
    found.push({
      box: [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight],
      score: sigmoid(logit, numbers.most_logit),
      keypoints,
    })
  }
  return found
}

/** @param {number[]} box */
function areaOf([x1, y1, x2, y2]) {
  return Math.max(x2 - x1, 0) * Math.max(y2 - y1, 0)
}

/**
 * Intersection over union; boxes without area overlap nothing.
 * @param {number[]} a
 * @param {number[]} b
 */
export function overlap(a, b) {
  const common = commonArea(a, b)
  const base = areaOf(a) + areaOf(b) - common
  return base > 0 ? common / base : 0
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function commonArea(a, b) {
  return areaOf([
    Math.max(a[0], b[0]), Math.max(a[1], b[1]),
    Math.min(a[2], b[2]), Math.min(a[3], b[3]),
  ])
}

/**
 * Common area over the smaller one's; boxes without area overlap nothing.
 * @param {number[]} a
 * @param {number[]} b
 */
function shareOfSmaller(a, b) {
  const base = Math.min(areaOf(a), areaOf(b))
  return base > 0 ? commonArea(a, b) / base : 0
}

/**
 * Weighted non-maximum suppression: the best takes what overlaps it, as a mean by score.
 * @param {Detection[]} detections
 * @param {number} minOverlap
 * @returns {Detection[]} best score first
 */
export function mergeWeighted(detections, minOverlap) {
  let left = [...detections].sort((a, b) => b.score - a.score)
  const merged = []
  while (left.length > 0) {
    const [best, ...rest] = left
    if (!best) break
    const group = [best, ...rest.filter((one) => overlap(best.box, one.box) > minOverlap)]
    left = rest.filter((one) => !group.includes(one))
    const total = group.reduce((sum, one) => sum + one.score, 0)
    const mean = (/** @type {(one: Detection) => number} */ value) =>
      group.reduce((sum, one) => sum + (one.score / total) * value(one), 0)
    merged.push({
      box: best.box.map((_, index) => mean((one) => one.box[index])),
      score: best.score,
      keypoints: best.keypoints.map((point, row) =>
        point.map((_, axis) => mean((one) => one.keypoints[row][axis]))),
    })
  }
  return merged
}

/**
 * Which to keep so that no face is found twice: of boxes within each other the larger, unless the
 * smaller scores so much more.
 * @param {Detection[]} detections with positive sides
 * @param {{same_face: number, per_doubling: number}} numbers
 * @returns {Detection[]} best score first
 */
export function keepWhole(detections, numbers) {
  const rank = (/** @type {Detection} */ one) =>
    one.score + (numbers.per_doubling * Math.log2(Math.max(areaOf(one.box), 1e-12))) / 2
  let left = [...detections].sort((a, b) => rank(b) - rank(a))
  const kept = []
  while (left.length > 0) {
    const [best, ...rest] = left
    if (!best) break
    kept.push(best)
    left = rest.filter((one) => shareOfSmaller(best.box, one.box) <= numbers.same_face)
  }
  // Of equal scores the one that was found first, as in Python.
  return kept.sort((a, b) => b.score - a.score || detections.indexOf(a) - detections.indexOf(b))
}

/**
 * Letterbox: scale to fit, centre, black border, RGB in -1..1.
 * @param {Plane} view RGB
 * @param {Float32Array} input of side x side x 3
 * @param {number} side
 */
export function fillInput(view, input, side) {
  const longer = Math.max(view.width, view.height)
  let small = view
  if (longer > side) {
    small = shrink(view, ...scaledSize(view.width, view.height, side))
  } else if (longer < side) {
    const width = Math.max(1, roundEven((view.width * side) / longer))
    small = enlarge(view, width, Math.max(1, roundEven((view.height * side) / longer)))
  }
  const top = Math.floor((side - small.height) / 2)
  const left = Math.floor((side - small.width) / 2)
  input.fill(-1)
  for (let y = 0; y < small.height; y += 1) {
    const source = y * small.width * 3
    const target = ((top + y) * side + left) * 3
    for (let x = 0; x < small.width * 3; x += 1) {
      input[target + x] = small.data[source + x] / 127.5 - 1
    }
  }
}

export class BlazeFace {
  /**
   * @param {Run} run
   * @param {DetectNumbers} numbers
   */
  constructor(run, numbers) {
    this.run = run
    this.numbers = numbers
    this.centers = anchorCenters(numbers)
    this.input = new Float32Array(numbers.input_size * numbers.input_size * 3)
  }

  /**
   * The faces of a frame in its pixels, best score first.
   * @param {import("./frame.js").Frame} frame
   * @returns {Promise<Face[]>}
   */
  async detect(frame) {
    const size = this.numbers.input_size
    fillInput(frame.view(size), this.input, size)
    const outputs = await this.run(this.input)
    const logits = outputs.find((one) => one.length === this.centers.length / 2)
    const regressors = outputs.find((one) => one !== logits)
    if (!logits || !regressors) throw new Error("The detector's network has other outputs.")
    const found = decode(regressors, logits, this.centers, this.numbers)
    return keepWhole(mergeWeighted(found, this.numbers.min_overlap), this.numbers)
      .map((one) => toFrame(one, frame))
  }
}

/**
 * From the square that the frame is padded to, to the frame's pixels.
 * @param {Detection} one
 * @param {{width: number, height: number}} frame
 * @returns {Face}
 */
export function toFrame(one, { width, height }) {
  const side = Math.max(width, height)
  const offset = [(side - width) / 2, (side - height) / 2]
  const place = (/** @type {number} */ value, /** @type {number} */ axis) =>
    value * side - offset[axis]
  return {
    box: one.box.map((value, index) => place(value, index % 2)),
    score: one.score,
    keypoints: one.keypoints.map((point) => point.map(place)),
    id: -1,
    pose: [NaN, NaN, NaN],
    eyes: [NaN, NaN],
    measures: [],
  }
}

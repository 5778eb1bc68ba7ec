// 468 points on a face, and what they tell (fer_core/landmarks: mesh.py, region.py).

import { warp } from "./image.js"
import { irisContrasts, measureFace } from "./measures.js"
import { anglesOf, headRotation, measureEyes } from "./pose.js"

/** @typedef {import("./types.js").Face} Face */
/** @typedef {import("./types.js").MeshNumbers} MeshNumbers */
/** @typedef {import("./types.js").Numbers} Numbers */
/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./image.js").Plane} Plane */
/** @typedef {{center: number[], side: number, angle: number}} Region */

/**
 * The turned square that the network looks at; null where the box is none.
 * @param {number[]} box
 * @param {number[][]} keypoints
 * @param {MeshNumbers} numbers
 * @returns {Region | null}
 */
export function regionOf(box, keypoints, numbers) {
  const [x1, y1, x2, y2] = box
  if (!box.every(Number.isFinite) || x2 <= x1 || y2 <= y1) return null
  const across = [keypoints[1][0] - keypoints[0][0], keypoints[1][1] - keypoints[0][1]]
  const isKnown = across.every(Number.isFinite) && (across[0] !== 0 || across[1] !== 0)
  return {
    center: [(x1 + x2) / 2, (y1 + y2) / 2],
    side: numbers.scale * Math.max(x2 - x1, y2 - y1),
    angle: isKnown ? Math.atan2(across[1], across[0]) : 0,
  }
}

/**
 * From a crop's pixel to the frame's, six values.
 * @param {Region} region
 * @param {number} size of the crop
 */
export function fromCrop({ center, side, angle }, size) {
  const zoom = side / size
  const cos = zoom * Math.cos(angle)
  const sin = zoom * Math.sin(angle)
  const half = size / 2
  return [
    cos, -sin, center[0] - cos * half + sin * half,
    sin, cos, center[1] - sin * half - cos * half,
  ]
}

/**
 * Points of a crop -> of the frame; depth grows with the scale.
 * @param {Region} region
 * @param {Float32Array} values x, y, depth of each point
 * @param {number} size
 */
export function toFrame(region, values, size) {
  const [a, b, c, d, e, f] = fromCrop(region, size)
  const zoom = region.side / size
  const points = []
  for (let at = 0; at < values.length; at += 3) {
    const [x, y] = [values[at], values[at + 1]]
    points.push([a * x + b * y + c, d * x + e * y + f, values[at + 2] * zoom])
  }
  return points
}

/**
 * The six keypoints as the mesh sees them.
 * @param {number[][]} mesh
 * @param {MeshNumbers} numbers
 */
export function keypointsOf(mesh, numbers) {
  const middle = (/** @type {number[]} */ indices) => [0, 1].map((axis) =>
    indices.reduce((sum, index) => sum + mesh[index][axis], 0) / indices.length)
  const [nose, ...ears] = numbers.nose_ears.map((index) => mesh[index].slice(0, 2))
  return [middle(numbers.right_eye), middle(numbers.left_eye), nose, middle(numbers.lips), ...ears]
}

export class FaceMesh {
  /**
   * @param {Run} run
   * @param {Pick<Numbers, "mesh" | "measures" | "iris">} all
   */
  constructor(run, all) {
    this.run = run
    this.all = all
    const numbers = all.mesh
    this.numbers = numbers
    this.input = new Float32Array(numbers.input_size ** 2 * 3)
    this.minLogit = Math.log(numbers.min_presence / (1 - numbers.min_presence))
  }

  /**
   * The faces with pose, eyes and measures, and the eyes' keypoints where the mesh sees them. Rows that are
   * too small or too many keep what they have.
   * @param {Plane} luma
   * @param {Face[]} faces
   * @returns {Promise<Face[]>}
   */
  async measure(luma, faces) {
    const sizes = faces.map(({ box }) => Math.max(box[2] - box[0], box[3] - box[1]))
    const rows = faces.map((_, row) => row)
      .filter((row) => sizes[row] >= this.numbers.min_size)
      .sort((a, b) => sizes[b] - sizes[a])
      .slice(0, this.numbers.max_faces ?? faces.length)
    const measured = [...faces]
    for (const row of rows) {
      const face = faces[row]
      let mesh = await this.locate(luma, face.box, face.keypoints)
      if (mesh && !face.keypoints.slice(0, 2).flat().every(Number.isFinite)) {
        // An upright square shows a tilted head too straight: look again along its eyes.
        mesh = await this.locate(luma, face.box, keypointsOf(mesh, this.numbers))
      }
      if (!mesh) continue
      const found = keypointsOf(mesh, this.numbers)
      const rotation = headRotation(mesh, this.numbers)
      measured[row] = {
        ...face,
        pose: anglesOf(rotation),
        eyes: measureEyes(mesh, this.numbers),
        measures: [
          ...measureFace(mesh, rotation, this.numbers, this.all.measures),
          ...irisContrasts(luma, mesh, this.all.iris),
        ],
        keypoints: face.keypoints.map((point, index) => index < 2
          ? found[index]
          : point.map((value, axis) => (Number.isFinite(value) ? value : found[index][axis]))),
      }
    }
    return measured
  }

  /**
   * The mesh of one face in the frame's pixels; null where the network sees none.
   * @param {Plane} luma
   * @param {number[]} box
   * @param {number[][]} keypoints
   * @returns {Promise<number[][] | null>}
   */
  async locate(luma, box, keypoints) {
    const region = regionOf(box, keypoints, this.numbers)
    if (!region) return null
    const size = this.numbers.input_size
    const crop = warp(luma, fromCrop(region, size), size)
    for (let index = 0; index < crop.data.length; index += 1) {
      this.input.fill(crop.data[index] / 255, 3 * index, 3 * index + 3)
    }
    const outputs = await this.run(this.input)
    const points = outputs.find((one) => one.length === this.numbers.num_points * 3)
    const logit = outputs.find((one) => one.length === 1)
    if (!points || !logit) throw new Error("The mesh's network has other outputs.")
    return logit[0] >= this.minLogit ? toFrame(region, points, size) : null
  }
}

// Boxes and labels over the picture, in the expression's colour (fer_core/imaging/draw.py).

import { emotion } from "./words.js"

/** @typedef {import("./types.js").FrameResult} FrameResult */
/** @typedef {import("./types.js").FaceResult} FaceResult */
/** @typedef {import("./types.js").Numbers} Numbers */

/**
 * What is written at a face: its number where there are several, label, probability.
 * @param {FaceResult} one
 * @param {number} count of faces
 * @param {string} unsure
 */
export function labelText(one, count, unsure) {
  const percent = one.label === unsure ? "" : ` ${Math.round(100 * Math.max(...one.smoothed))}%`
  const number = count > 1 && one.face.id >= 0 ? `#${one.face.id} ` : ""
  return number + emotion(one.label) + percent
}

/**
 * Height of a label and width of a line in pixels of a picture of this height.
 * @param {number} height
 * @param {import("./types.js").DrawNumbers} numbers
 */
export function metrics(height, numbers) {
  const [least, most] = numbers.label_px
  return {
    label: Math.min(Math.max(height / numbers.labels_per_height, least), most),
    line: Math.max(numbers.line_px, Math.round(height / numbers.lines_per_height)),
  }
}

/**
 * Draw a result on a transparent canvas that lies over the video.
 * @param {CanvasRenderingContext2D} context
 * @param {FrameResult | null} result
 * @param {Numbers} numbers
 * @param {boolean} isMirrored
 */
export function drawResult(context, result, numbers, isMirrored) {
  const { canvas } = context
  if (result && (canvas.width !== result.width || canvas.height !== result.height)) {
    canvas.width = result.width
    canvas.height = result.height
  }
  context.clearRect(0, 0, canvas.width, canvas.height)
  if (!result) return
  const { label: labelPx, line } = metrics(result.height, numbers.draw)
  const placed = result.faces.map((one) => {
    const [x1, y1, x2, y2] = one.face.box
    const [left, right] = isMirrored ? [result.width - x2, result.width - x1] : [x1, x2]
    return { one, left, top: y1, width: right - left, height: y2 - y1 }
  })
  context.lineWidth = line
  for (const { one, left, top, width, height } of placed) {
    context.strokeStyle = numbers.colors[one.label].fill
    context.strokeRect(left, top, width, height)
  }
  context.font = `${Math.round(labelPx * 0.68)}px sans-serif`
  context.textBaseline = "middle"
  for (const { one, left, top } of placed) {
    const text = labelText(one, result.faces.length, numbers.unsure)
    const padding = numbers.draw.padding * labelPx
    const width = context.measureText(text).width + 2 * padding
    const x = Math.min(Math.max(left, 0), Math.max(0, result.width - width))
    const above = top - labelPx
    const y = above >= 0 ? above : Math.min(Math.max(top, 0), Math.max(0, result.height - labelPx))
    const { fill, text: ink } = numbers.colors[one.label]
    context.fillStyle = fill
    context.fillRect(x, y, width, labelPx)
    context.fillStyle = ink
    context.fillText(text, x + padding, y + labelPx / 2)
  }
}

// A frame of the camera: its luma plane, and a small colour view of it (fer_core/imaging/frame.py).

import { enlarge, scaledSize, shrink } from "./image.js"

/** @typedef {import("./image.js").Plane} Plane */

/**
 * A picture with a time.
 * @typedef {object} Frame
 * @property {number} width
 * @property {number} height
 * @property {number} timeS
 * @property {Plane} luma one channel; only read
 * @property {(maxSide: number) => Plane} view three channels, RGB
 */

/** How YUV becomes RGB: ITU-R BT.601 and BT.709, where luma reaches from 16 to 235 or from 0 to 255. */
const MATRICES = {
  bt601: { red: 1.402, greenU: 0.344136, greenV: 0.714136, blue: 1.772 },
  bt709: { red: 1.5748, greenU: 0.187324, greenV: 0.468124, blue: 1.8556 },
}

/**
 * A frame of planes, as cameras and decoders give it: nothing is converted as a whole.
 * @param {{y: Plane, u: Plane, v: Plane, isFull: boolean, is709: boolean}} planes
 * @param {number} timeS
 * @returns {Frame}
 */
export function planarFrame(planes, timeS) {
  const { y, u, v, isFull, is709 } = planes
  return {
    width: y.width,
    height: y.height,
    timeS,
    luma: y,
    view: (maxSide) => {
      const [width, height] = scaledSize(y.width, y.height, maxSide)
      // As the server's scaler does it: colours at half the width, each for two pixels.
      const half = Math.ceil(width / 2)
      return toRgb(
        fit(y, width, height), fit(u, half, height), fit(v, half, height), isFull,
        is709 ? MATRICES.bt709 : MATRICES.bt601,
      )
    },
  }
}

/**
 * A plane at a size of its own; small pictures have colours that are smaller still.
 * @param {Plane} plane
 * @param {number} width
 * @param {number} height
 */
function fit(plane, width, height) {
  return plane.width >= width && plane.height >= height
    ? shrink(plane, width, height, "triangle")
    : enlarge(plane, width, height)
}

/**
 * @param {Plane} y
 * @param {Plane} u of half the width
 * @param {Plane} v
 * @param {boolean} isFull
 * @param {{red: number, greenU: number, greenV: number, blue: number}} matrix
 * @returns {Plane}
 */
function toRgb(y, u, v, isFull, matrix) {
  const { width, height } = y
  const out = new Uint8ClampedArray(width * height * 3)
  const gain = isFull ? 1 : 255 / 219
  const chroma = isFull ? 1 : 255 / 224
  const black = isFull ? 0 : 16
  for (let row = 0, at = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1, at += 3) {
      // Each part is cut down by itself, as the server's scaler does.
      const light = Math.floor((y.data[row * width + column] - black) * gain)
      const blue = (u.data[row * u.width + (column >> 1)] - 128) * chroma
      const red = (v.data[row * v.width + (column >> 1)] - 128) * chroma
      out[at] = light + Math.floor(matrix.red * red)
      out[at + 1] = light + Math.floor(-matrix.greenU * blue) + Math.floor(-matrix.greenV * red)
      out[at + 2] = light + Math.floor(matrix.blue * blue)
    }
  }
  return { width, height, channels: 3, data: out }
}

/**
 * A frame of a canvas' RGBA.
 * @param {Uint8ClampedArray | Uint8Array} rgba
 * @param {number} width
 * @param {number} height
 * @param {number} timeS
 * @returns {Frame}
 */
export function rgbaFrame(rgba, width, height, timeS) {
  const luma = new Uint8Array(width * height)
  for (let index = 0, at = 0; index < luma.length; index += 1, at += 4) {
    // OpenCV's weights in 1 / 2^15, as it rounds them.
    luma[index] = (rgba[at] * 9798 + rgba[at + 1] * 19235 +
      rgba[at + 2] * 3735 + 16384) >> 15
  }
  return {
    width,
    height,
    timeS,
    luma: { width, height, channels: 1, data: luma },
    view: (maxSide) => {
      const [smallWidth, smallHeight] = scaledSize(width, height, maxSide)
      const small = shrink({ width, height, channels: 4, data: rgba }, smallWidth, smallHeight)
      const out = new Uint8Array(smallWidth * smallHeight * 3)
      for (let index = 0; index < smallWidth * smallHeight; index += 1) {
        out[3 * index] = small.data[4 * index]
        out[3 * index + 1] = small.data[4 * index + 1]
        out[3 * index + 2] = small.data[4 * index + 2]
      }
      return { width: smallWidth, height: smallHeight, channels: 3, data: out }
    },
  }
}

/**
 * Read a frame of the camera; the browser's own object is closed.
 * @param {VideoFrame} video
 * @param {number} timeS
 * @returns {Promise<Frame>}
 */
export async function readVideoFrame(video, timeS) {
  const rect = video.visibleRect
  const width = rect?.width ?? video.codedWidth
  const height = rect?.height ?? video.codedHeight
  const isPlanar = video.format === "I420" || video.format === "NV12"
  try {
    if (!isPlanar) return await readByCanvas(video, width, height, timeS)
    const bytes = new Uint8Array(video.allocationSize())
    const layout = await video.copyTo(bytes)
    const chromaSize = [Math.ceil(width / 2), Math.ceil(height / 2)]
    const [chromaWidth, chromaHeight] = chromaSize
    const y = packed(bytes, layout[0], width, height, 1, 0)
    const isNv12 = video.format === "NV12"
    const u = packed(bytes, layout[1], chromaWidth, chromaHeight, isNv12 ? 2 : 1, 0)
    const v = packed(bytes, layout[isNv12 ? 1 : 2], chromaWidth, chromaHeight, isNv12 ? 2 : 1,
      isNv12 ? 1 : 0)
    const { fullRange, matrix } = video.colorSpace
    return planarFrame({ y, u, v, isFull: fullRange === true, is709: matrix === "bt709" }, timeS)
  } finally {
    video.close()
  }
}

/**
 * A plane without the padding of its rows.
 * @param {Uint8Array} bytes
 * @param {PlaneLayout | undefined} layout
 * @param {number} width
 * @param {number} height
 * @param {number} step bytes from one value to the next
 * @param {number} shift first value of a row
 * @returns {Plane}
 */
function packed(bytes, layout, width, height, step, shift) {
  if (!layout) throw new Error("The frame lacks a plane.")
  const { offset, stride } = layout
  if (step === 1 && stride === width) {
    return { width, height, channels: 1, data: bytes.subarray(offset, offset + width * height) }
  }
  const data = new Uint8Array(width * height)
  for (let y = 0; y < height; y += 1) {
    const row = offset + y * stride + shift
    if (step === 1) data.set(bytes.subarray(row, row + width), y * width)
    else for (let x = 0; x < width; x += 1) data[y * width + x] = bytes[row + x * step]
  }
  return { width, height, channels: 1, data }
}

/** @type {OffscreenCanvas | null} */
let canvas = null

/**
 * Any picture that a canvas can draw.
 * @param {VideoFrame | ImageBitmap} picture
 * @param {number} width
 * @param {number} height
 * @param {number} timeS
 */
export async function readByCanvas(picture, width, height, timeS) {
  if (!canvas || canvas.width !== width || canvas.height !== height) {
    canvas = new OffscreenCanvas(width, height)
  }
  const context = canvas.getContext("2d", { willReadFrequently: true })
  if (!context) throw new Error("This browser draws no picture in a worker.")
  context.drawImage(picture, 0, 0, width, height)
  return rgbaFrame(context.getImageData(0, 0, width, height).data, width, height, timeS)
}

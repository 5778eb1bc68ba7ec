// Pictures as arrays: scaling and cutting, as OpenCV does them on the server.

/**
 * One channel, or several that alternate.
 * @typedef {object} Plane
 * @property {number} width
 * @property {number} height
 * @property {number} channels
 * @property {Uint8Array | Uint8ClampedArray} data row by row
 */

/** @typedef {{starts: Int32Array, counts: Int32Array, weights: Float32Array, most: number}} Table */

/** @type {Map<string, Table>} */
const tables = new Map()

/**
 * How much a source pixel counts for a target pixel: the area they share (cv2.INTER_AREA), or a
 * triangle as wide as two target pixels (libswscale's SWS_BILINEAR, which decoders scale with).
 * @typedef {"area" | "triangle"} Kind
 */

/**
 * @param {number} from
 * @param {number} to at most `from`
 * @param {Kind} kind
 * @returns {Table}
 */
function weightsOf(from, to, kind) {
  const key = `${kind} ${from} ${to}`
  const known = tables.get(key)
  if (known) return known
  const ratio = from / to
  const reach = kind === "area" ? ratio / 2 : ratio
  const most = Math.ceil(2 * reach) + 2
  const table = {
    starts: new Int32Array(to),
    counts: new Int32Array(to),
    weights: new Float32Array(to * most),
    most,
  }
  for (let target = 0; target < to; target += 1) {
    const middle = (target + 0.5) * ratio
    const start = Math.max(0, Math.floor(middle - reach + 1e-6))
    const end = Math.min(from, Math.ceil(middle + reach - 1e-6))
    table.starts[target] = start
    table.counts[target] = end - start
    let sum = 0
    for (let source = start; source < end; source += 1) {
      const weight = kind === "area"
        ? Math.min(middle + reach, source + 1) - Math.max(middle - reach, source)
        : Math.max(0, 1 - Math.abs(source + 0.5 - middle) / ratio)
      table.weights[target * most + source - start] = weight
      sum += weight
    }
    for (let k = 0; k < end - start; k += 1) table.weights[target * most + k] /= sum
  }
  if (tables.size > 64) tables.clear()
  tables.set(key, table)
  return table
}

/**
 * Scale down.
 * @param {Plane} plane
 * @param {number} width
 * @param {number} height
 * @param {Kind} [kind]
 * @returns {Plane}
 */
export function shrink(plane, width, height, kind = "area") {
  if (width === plane.width && height === plane.height) return plane
  const { channels, data } = plane
  const across = weightsOf(plane.width, width, kind)
  const down = weightsOf(plane.height, height, kind)
  const rowLength = plane.width * channels
  const sums = new Float32Array(rowLength)
  const out = new Uint8ClampedArray(height * width * channels)
  for (let y = 0; y < height; y += 1) {
    sums.fill(0)
    for (let k = 0; k < down.counts[y]; k += 1) {
      const weight = down.weights[y * down.most + k]
      const source = (down.starts[y] + k) * rowLength
      for (let x = 0; x < rowLength; x += 1) sums[x] += weight * data[source + x]
    }
    for (let x = 0; x < width; x += 1) {
      const start = across.starts[x]
      const count = across.counts[x]
      const weights = x * across.most
      for (let channel = 0; channel < channels; channel += 1) {
        let sum = 0
        for (let k = 0, at = start * channels + channel; k < count; k += 1, at += channels) {
          sum += sums[at] * across.weights[weights + k]
        }
        out[(y * width + x) * channels + channel] = sum
      }
    }
  }
  return { width, height, channels, data: out }
}

/**
 * Scale up between the nearest four (cv2.INTER_LINEAR).
 * @param {Plane} plane
 * @param {number} width
 * @param {number} height
 * @returns {Plane}
 */
export function enlarge(plane, width, height) {
  const { channels } = plane
  const out = new Uint8ClampedArray(width * height * channels)
  const perX = plane.width / width
  const perY = plane.height / height
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        out[(y * width + x) * channels + channel] = sampleAt(
          plane, (x + 0.5) * perX - 0.5, (y + 0.5) * perY - 0.5, channel,
        )
      }
    }
  }
  return { width, height, channels, data: out }
}

/**
 * Half the size by the mean of four, rounded; an odd last row or column is left out.
 * @param {Plane} plane of one channel
 * @returns {Plane}
 */
export function halve(plane) {
  const width = Math.max(1, plane.width >> 1)
  const height = Math.max(1, plane.height >> 1)
  if (plane.width < 2 || plane.height < 2 || plane.width % 2 || plane.height % 2) {
    return shrink(plane, width, height)
  }
  const out = new Uint8Array(width * height)
  const { data } = plane
  for (let y = 0; y < height; y += 1) {
    let upper = 2 * y * plane.width
    for (let x = 0; x < width; x += 1, upper += 2) {
      const lower = upper + plane.width
      out[y * width + x] = (data[upper] + data[upper + 1] +
        data[lower] + data[lower + 1] + 2) >> 2
    }
  }
  return { width, height, channels: 1, data: out }
}

/**
 * Between the nearest four pixels; outside, the border goes on.
 * @param {Plane} plane
 * @param {number} x from the first pixel's centre
 * @param {number} y
 * @param {number} [channel]
 */
export function sampleAt(plane, x, y, channel = 0) {
  const { width, height, channels, data } = plane
  const left = Math.floor(x)
  const top = Math.floor(y)
  const toRight = x - left
  const toBottom = y - top
  const x0 = Math.min(Math.max(left, 0), width - 1) * channels + channel
  const x1 = Math.min(Math.max(left + 1, 0), width - 1) * channels + channel
  const y0 = Math.min(Math.max(top, 0), height - 1) * width * channels
  const y1 = Math.min(Math.max(top + 1, 0), height - 1) * width * channels
  const upper = data[y0 + x0] * (1 - toRight) + data[y0 + x1] * toRight
  const lower = data[y1 + x0] * (1 - toRight) + data[y1 + x1] * toRight
  return upper * (1 - toBottom) + lower * toBottom
}

/**
 * Sample a plane along a turned grid: cv2.warpAffine with WARP_INVERSE_MAP and a replicated border,
 * to the very grey level, since a network may make much of one. It looks at every 32nd of a pixel.
 * @param {Plane} plane of one channel
 * @param {number[]} matrix six: target x, y, 1 to source x, then to source y
 * @param {number} size width of the target
 * @param {number} [rows] its height
 * @returns {Plane}
 */
export function warp(plane, matrix, size, rows = size) {
  const [a, b, c, d, e, f] = matrix
  const { width, height, data } = plane
  const out = new Uint8Array(size * rows)
  const alongX = Int32Array.from({ length: size }, (_, x) => Math.round(a * x * 1024))
  const alongY = Int32Array.from({ length: size }, (_, x) => Math.round(d * x * 1024))
  for (let y = 0; y < rows; y += 1) {
    const startX = Math.round((b * y + c) * 1024) + 16
    const startY = Math.round((e * y + f) * 1024) + 16
    for (let x = 0; x < size; x += 1) {
      const sourceX = (startX + alongX[x]) >> 5
      const sourceY = (startY + alongY[x]) >> 5
      const left = sourceX >> 5
      const top = sourceY >> 5
      const toRight = sourceX & 31
      const toBottom = sourceY & 31
      const x0 = clip(left, width)
      const x1 = clip(left + 1, width)
      const y0 = clip(top, height) * width
      const y1 = clip(top + 1, height) * width
      const upper = data[y0 + x0] * (32 - toRight) + data[y0 + x1] * toRight
      const lower = data[y1 + x0] * (32 - toRight) + data[y1 + x1] * toRight
      out[y * size + x] = (upper * (32 - toBottom) + lower * toBottom + 512) >> 10
    }
  }
  return { width: size, height: rows, channels: 1, data: out }
}

/** @param {number} index @param {number} length */
function clip(index, length) {
  return index < 0 ? 0 : index >= length ? length - 1 : index
}

/**
 * Width and height with the longer side at most `maxSide`; never larger.
 * @param {number} width
 * @param {number} height
 * @param {number} maxSide
 * @returns {[number, number]}
 */
export function scaledSize(width, height, maxSide) {
  const longer = Math.max(width, height)
  if (longer <= maxSide) return [width, height]
  return [
    Math.max(1, roundEven((width * maxSide) / longer)),
    Math.max(1, roundEven((height * maxSide) / longer)),
  ]
}

/**
 * To the nearest whole number, halves to the even one, as Python rounds.
 * @param {number} value
 */
export function roundEven(value) {
  const rounded = Math.round(value)
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

// Head pose and eye openness from a mesh (fer_core/landmarks: pose.py, eyes.py).

/** @typedef {import("./types.js").MeshNumbers} MeshNumbers */

const DEGREES = 180 / Math.PI

/**
 * The rotation with the least squared error after centring and scaling. Python finds it by a
 * singular value decomposition (Kabsch); this by the largest eigenvector of Horn's matrix (Horn 1987,
 * "Closed-form solution of absolute orientation using unit quaternions"), which gives the same.
 * @param {number[][]} source
 * @param {number[][]} target
 * @returns {number[][]} 3 x 3
 */
export function fitRotation(source, target) {
  const a = centred(source)
  const b = centred(target)
  const s = [0, 1, 2].map((i) => [0, 1, 2].map((j) =>
    a.reduce((sum, point, row) => sum + point[i] * b[row][j], 0)))
  const [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = s
  const [w, x, y, z] = largestEigenvector([
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ])
  return [
    [w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z],
  ]
}

/** @param {number[][]} points */
function centred(points) {
  const mean = [0, 1, 2].map((axis) =>
    points.reduce((sum, point) => sum + point[axis], 0) / points.length)
  return points.map((point) => point.map((value, axis) => value - mean[axis]))
}

/**
 * Of a symmetric matrix, by Jacobi's rotations.
 * @param {number[][]} matrix
 */
function largestEigenvector(matrix) {
  const m = matrix.map((row) => [...row])
  const size = m.length
  /** @type {number[][]} */
  const vectors = m.map((_, i) => m.map((__, j) => (i === j ? 1 : 0)))
  for (let sweep = 0; sweep < 30; sweep += 1) {
    let rest = 0
    for (let p = 0; p < size; p += 1) {
      for (let q = p + 1; q < size; q += 1) {
        rest += m[p][q] ** 2
        if (m[p][q] === 0) continue
        const angle = 0.5 * Math.atan2(2 * m[p][q], m[q][q] - m[p][p])
        const cos = Math.cos(angle)
        const sin = Math.sin(angle)
        for (let k = 0; k < size; k += 1) {
          const [kp, kq] = [m[k][p], m[k][q]]
          m[k][p] = cos * kp - sin * kq
          m[k][q] = sin * kp + cos * kq
        }
        for (let k = 0; k < size; k += 1) {
          const [pk, qk] = [m[p][k], m[q][k]]
          m[p][k] = cos * pk - sin * qk
          m[q][k] = sin * pk + cos * qk
          const [vp, vq] = [vectors[k][p], vectors[k][q]]
          vectors[k][p] = cos * vp - sin * vq
          vectors[k][q] = sin * vp + cos * vq
        }
      }
    }
    if (rest === 0) break
  }
  let best = 0
  for (let index = 1; index < size; index += 1) if (m[index][index] > m[best][best]) best = index
  return vectors.map((row) => row[best])
}

/**
 * yaw, pitch, roll in degrees of a rotation.
 * @param {number[][]} rotation
 */
export function anglesOf(rotation) {
  const yaw = Math.asin(Math.min(Math.max(rotation[2][0], -1), 1))
  const pitch = -Math.atan2(rotation[2][1], rotation[2][2])
  const roll = Math.atan2(rotation[1][0], rotation[0][0])
  return [yaw, pitch, roll].map((angle) => angle * DEGREES)
}

/**
 * The rotation of the head of a mesh.
 * @param {number[][]} mesh x, y, depth of each point
 * @param {MeshNumbers} numbers
 */
export function headRotation(mesh, numbers) {
  const points = numbers.rigid_indices.map((index) => mesh[index])
  return fitRotation(numbers.rigid_shape, points)
}

/**
 * Eye aspect ratio of the six points p1 .. p6; NaN for a flat width.
 * @param {number[][]} p
 */
export function aspectRatio(p) {
  const apart = (/** @type {number} */ i, /** @type {number} */ j) =>
    Math.hypot(...p[i].map((value, axis) => value - p[j][axis]))
  const width = apart(0, 3)
  return width > 0 ? (apart(1, 5) + apart(2, 4)) / (2 * width) : NaN
}

/**
 * Openness of the right and the left eye, each 0..1.
 * @param {number[][]} mesh
 * @param {MeshNumbers} numbers
 */
export function measureEyes(mesh, numbers) {
  return [numbers.right_eye, numbers.left_eye].map((eye) => {
    const ratio = aspectRatio(eye.map((index) => mesh[index]))
    const open = (ratio - numbers.closed_ratio) / (numbers.open_ratio - numbers.closed_ratio)
    return Number.isNaN(open) ? NaN : Math.min(Math.max(open, 0), 1)
  })
}

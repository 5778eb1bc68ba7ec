// The browser's stages give what Python's give: the vectors are Python's (write_vectors.py).

import assert from "node:assert/strict"
import { test } from "node:test"

import { alignFace, cropSquare } from "../../fer_core/app/frontend/device/align.js"
import { assign } from "../../fer_core/app/frontend/device/assign.js"
import { NeutralBaseline } from "../../fer_core/app/frontend/device/baseline.js"
import { StreamClock } from "../../fer_core/app/frontend/device/clock.js"
import { normalize, serve } from "../../fer_core/app/frontend/device/classify.js"
import {
  anchorCenters, decode, fillInput, keepWhole, mergeWeighted,
} from "../../fer_core/app/frontend/device/detect.js"
import { planarFrame, rgbaFrame } from "../../fer_core/app/frontend/device/frame.js"
import { regionOf, toFrame } from "../../fer_core/app/frontend/device/mesh.js"
import { anglesOf, headRotation, measureEyes } from "../../fer_core/app/frontend/device/pose.js"
import { Smoother } from "../../fer_core/app/frontend/device/smooth.js"
import { Tracker } from "../../fer_core/app/frontend/device/track.js"
import { SecondWindows } from "../../fer_core/app/frontend/device/windows.js"
import { picture } from "./picture.mjs"
import { close, vectors } from "./vectors.mjs"

const FORMULA = 1e-4
const HALF_PIXEL = 0.5
const GREY_LEVELS = 2

const { numbers } = vectors

function meanDifference(got, want) {
  assert.equal(got.length, want.length)
  return want.reduce((sum, value, index) => sum + Math.abs(value - got[index]), 0) / want.length
}

const bytes = (text) => [...Buffer.from(text, "base64")]

function makeFace(box, more = {}) {
  return {
    box, score: 1, keypoints: Array.from({ length: 6 }, () => [NaN, NaN]), id: -1,
    pose: [NaN, NaN, NaN], eyes: [NaN, NaN], ...more,
  }
}

test("detect: anchors, decoding and suppression", () => {
  const { centers, raw, merged, kept } = vectors.detect
  const all = anchorCenters(numbers.detect)
  assert.equal(all.length, 2 * centers.count)
  centers.rows.forEach((row, index) =>
    close([...all.subarray(2 * row, 2 * row + 2)], centers.values[index], 1e-6, "anchor"))
  const logits = new Float32Array(centers.count).fill(-100)
  const regressors = new Float32Array(centers.count * 16)
  raw.rows.forEach((row, index) => {
    logits[row] = raw.logits[index]
    regressors.set(raw.regressors[index], row * 16)
  })
  const found = mergeWeighted(decode(regressors, logits, all, numbers.detect),
    numbers.detect.min_overlap)
  assert.equal(found.length, merged.boxes.length)
  found.forEach((one, row) => {
    close(one.box, merged.boxes[row], HALF_PIXEL / 640, "box")
    close([one.score], [merged.scores[row]], FORMULA, "score")
    one.keypoints.forEach((point, k) =>
      close(point, merged.keypoints[row][k], HALF_PIXEL / 640, "keypoint"))
  })
  assert.ok(kept.length < found.length)
  close(keepWhole(found, numbers.detect).map((one) => one.score), kept, FORMULA, "kept")
})

test("frame: luma and the small view of a canvas", () => {
  const { size: [width, height], max_side: maxSide, rgb, luma } = vectors.view
  const one = picture(width, height).data
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = 4 * (y * width + x)
      rgba[at] = one[y * width + width - 1 - x]
      rgba[at + 1] = one[(height - 1 - y) * width + x]
      rgba[at + 2] = one[y * width + x]
    }
  }
  const frame = rgbaFrame(rgba, width, height, 0)
  close([...frame.luma.data.subarray(50 * width, 54 * width)], bytes(luma), 1, "luma")
  assert.ok(meanDifference([...frame.view(maxSide).data], bytes(rgb)) <= 0.5)
})

test("frame: planes of limited range become the colours they stand for", () => {
  const of = (width, height, value) =>
    ({ width, height, channels: 1, data: new Uint8Array(width * height).fill(value) })
  // Red in BT.601: 81, 90, 240.
  const planes = { y: of(8, 8, 81), u: of(4, 4, 90), v: of(4, 4, 240), isFull: false, is709: false }
  close([...planarFrame(planes, 0).view(4).data.slice(0, 3)], [255, 0, 0], 2, "red")
})

test("detect: the network's input is a letterbox", () => {
  const input = new Float32Array(8 * 8 * 3)
  const data = new Uint8Array(8 * 6 * 3).fill(255)
  fillInput({ width: 8, height: 6, channels: 3, data }, input, 8)
  assert.deepEqual([...input.subarray(0, 24)], new Array(24).fill(-1))
  assert.deepEqual([...input.subarray(24, 48)], new Array(24).fill(1))
  assert.deepEqual([...input.subarray(7 * 24)], new Array(24).fill(-1))
})

test("track: ids", () => {
  const tracker = new Tracker(numbers.track)
  for (const { time_s: timeS, boxes, ids } of vectors.track) {
    const faces = tracker.update(boxes.map((box) => makeFace(box)), timeS)
    assert.deepEqual(faces.map((face) => face.id), ids, `at ${timeS} s`)
  }
})

test("track: the cheapest pairs", () => {
  for (const { costs, pairs } of vectors.assign) assert.deepEqual(assign(costs), pairs)
})

test("mesh: regions, pose and eyes", () => {
  for (const { box, keypoints, points, frame } of vectors.mesh.regions) {
    const region = regionOf(box, keypoints, numbers.mesh)
    if (frame === null) assert.equal(region, null)
    else {
      toFrame(region, Float32Array.from(points.flat()), 192)
        .forEach((point, row) => close(point, frame[row], 1e-3, "point"))
    }
  }
  for (const { points, pose, eyes } of vectors.mesh.measures) {
    const mesh = []
    for (const [index, point] of Object.entries(points)) mesh[Number(index)] = point
    close(anglesOf(headRotation(mesh, numbers.mesh)), pose, FORMULA * 10, "pose in degrees")
    close(measureEyes(mesh, numbers.mesh), eyes, FORMULA, "eyes")
  }
})

test("align: squares and crops", () => {
  const { size, boxes, keypoints, centers, sides, angles, crops } = vectors.align
  const luma = picture(...size)
  boxes.forEach((box, row) => {
    const face = makeFace(box, { keypoints: keypoints[row] })
    const square = cropSquare(face, numbers.align)
    close([...square.center, square.side], [...centers[row], sides[row]], 1e-3, "square")
    close([square.angle], [angles[row]], FORMULA, "angle")
    const crop = alignFace(luma, face, 48, numbers.align)
    const apart = meanDifference([...crop.data], bytes(crops[row]))
    assert.ok(apart <= GREY_LEVELS, `crop ${row}: ${apart} grey levels`)
  })
})

test("classify: the network's input and the served probabilities", () => {
  const { normalized, fer, ferplus, served } = vectors.classify
  const crops = [picture(24, 24).data, new Uint8Array(24 * 24).fill(90)]
  for (const [mode, rows] of Object.entries(normalized)) {
    rows.forEach((row, index) => {
      const got = normalize(crops[index], { ...numbers.classify, normalize: mode })
      close([...got.subarray(0, row.length)], row, FORMULA, mode)
    })
  }
  served.forEach((row, index) => {
    const logits = { fer: fer[index], ferplus: ferplus[index] }
    close(serve(logits, numbers.classify, 7), row, FORMULA, "served")
  })
})

test("smooth: both filters, labels that hold, what is not measured, the neutral face", () => {
  const { offsets, offsets_from: from, frames } = vectors.smooth
  for (const [name, rows] of Object.entries(frames)) {
    const settings = name === "plain" ? numbers.smooth : vectors.markov
    const smoother = new Smoother(settings, numbers.emotions, numbers.unsure)
    rows.forEach((row, index) => {
      if (index === from) smoother.setBaseline(offsets)
      const { smoothed, labels } = smoother.update([row.probs], [1], row.time_s)
      close(smoothed[0], row.smoothed, FORMULA, `${name} at ${row.time_s} s`)
      assert.equal(labels[0], row.label, `${name} at ${row.time_s} s`)
    })
  }
})

test("windows and baseline: seconds and the neutral face", () => {
  const windows = new SecondWindows(numbers.windows)
  const baseline = new NeutralBaseline(numbers.baseline)
  baseline.start()
  const samples = []
  for (const frame of vectors.seconds.frames) {
    const faces = frame.boxes.map((box, row) => ({
      face: makeFace(box, { id: frame.ids[row], pose: frame.poses[row], eyes: frame.eyes[row] }),
      probs: frame.probs[row], smoothed: frame.probs[row], label: "neutral",
    }))
    const result = {
      timeS: frame.time_s, width: 640, height: 480, faces, focus: faces.length - 1, analysisMs: 0,
    }
    baseline.update(result)
    samples.push(...windows.add(result))
  }
  samples.push(...windows.flush())
  assert.equal(samples.length, vectors.seconds.samples.length)
  samples.forEach((sample, index) => {
    const want = vectors.seconds.samples[index]
    assert.equal(sample.track_id, want.track_id)
    close(sample.probs, want.probs, FORMULA, "probs")
    for (const name of ["time_s", "duration_s", "valid_s", "facing", "eyes_open"]) {
      close([sample[name]], [want[name]], FORMULA, name)
    }
  })
  assert.equal(baseline.state, vectors.seconds.baseline.state)
  close(baseline.offsets, vectors.seconds.baseline.offsets, FORMULA, "offsets")
})

test("clock: the stream's own time", () => {
  const clock = new StreamClock(numbers.clock)
  for (const { stamp_s: stampS, now_s: nowS, time_s: timeS } of vectors.clock) {
    close([clock.read(stampS, nowS)], [timeS], FORMULA, `at ${nowS} s`)
  }
})

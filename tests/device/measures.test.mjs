// Measures of a face, blinks, and what is said of them: as Python's.

import assert from "node:assert/strict"
import { test } from "node:test"

import { BlinkDetector, BlinkWatch } from "../../fer_core/app/frontend/device/blinks.js"
import { irisContrasts, measureFace } from "../../fer_core/app/frontend/device/measures.js"
import { headRotation } from "../../fer_core/app/frontend/device/pose.js"
import {
  affectText, blinkText, clockText, headText, measureRows,
} from "../../fer_core/app/frontend/device/words.js"
import { picture } from "./picture.mjs"
import { close, vectors } from "./vectors.mjs"

const { numbers, words } = vectors
const FORMULA = 1e-4
const told = ({ ratePerMin, durationS, perclos }) => [ratePerMin, durationS, perclos]
const rates = ([ratePerMin, durationS, perclos]) => ({ ratePerMin, durationS, perclos })

test("measures: lengths and iris contrasts", () => {
  const luma = picture(...vectors.faces.size)
  for (const { points, measures } of vectors.faces.faces) {
    const mesh = []
    for (const [index, point] of Object.entries(points)) mesh[Number(index)] = point
    const rotation = headRotation(mesh, numbers.mesh)
    const got = [
      ...measureFace(mesh, rotation, numbers.mesh, numbers.measures),
      ...irisContrasts(luma, mesh, numbers.iris),
    ]
    close(got.slice(0, -2), measures.slice(0, -2), 10 * FORMULA, "length")
    close(got.slice(-2), measures.slice(-2), 0.02, "iris contrast")
  }
})

test("measures: eyes on one spot give none", () => {
  const mesh = Array.from({ length: 468 }, () => [1, 1, 1])
  const turn = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
  const lengths = measureFace(mesh, turn, numbers.mesh, numbers.measures)
  assert.equal(lengths.length, numbers.measures.names.length - 2)
  assert.ok(lengths.every(Number.isNaN))
  assert.ok(irisContrasts(picture(20, 20), mesh, numbers.iris).every(Number.isNaN))
})

test("blinks: the rates of the last minute", () => {
  const detector = new BlinkDetector(numbers.blinks)
  const asked = new Map(vectors.blinks.rates.map((one) => [one.after, one.rates]))
  vectors.blinks.frames.forEach(([timeS, contrast], index) => {
    detector.add(timeS, contrast)
    const want = asked.get(index)
    if (want) close(told(detector.rates(timeS)), want, FORMULA, `after ${timeS} s`)
  })
})

test("blinks: each face has its own, and one out of sight begins anew", () => {
  const watch = new BlinkWatch(numbers.blinks, [0, 1])
  const at = (id, contrast) => ({ id, measures: [contrast, contrast] })
  for (let timeS = 0; timeS < 12; timeS += 0.1) {
    watch.add([at(1, 0.6), at(2, timeS % 2 < 0.2 ? 0.05 : 0.6), { id: 3, measures: [] }], timeS)
  }
  assert.equal(watch.rates(1, 12).ratePerMin, 0)
  assert.ok(watch.rates(2, 12).ratePerMin > 20)
  assert.ok(Number.isNaN(watch.rates(3, 12).perclos), "never measured")
  watch.add([at(1, 0.6)], 100)
  assert.ok(Number.isNaN(watch.rates(2, 100).perclos))
})

test("words: as the server's pages say them", () => {
  for (const { probs, text } of words.affect) {
    assert.equal(affectText(probs, numbers.affect), text)
  }
  for (const { rates: row, text } of words.blinks) assert.equal(blinkText(rates(row)), text)
  for (const { time_s: timeS, text } of words.clock) assert.equal(clockText(timeS), text)
  const { values, rows } = words.measures
  assert.deepEqual(measureRows(values, numbers.measures.names), rows)
  assert.deepEqual(measureRows([], numbers.measures.names), [], "not measured")
  assert.deepEqual(measureRows(values.map(() => NaN), numbers.measures.names), [])
})

test("words: where a head is turned", () => {
  const limits = { max_yaw: 25, max_pitch: 25, min_openness: 0.5 }
  const said = (pose, eyes) => headText({ pose, eyes }, limits)
  assert.equal(said([32, 0, 0], [1, 0.8]), "Turned 32° to their left · eyes open")
  assert.equal(said([-3, -30, 0], [0, 0.2]), "Down 30° · eyes closed")
  assert.equal(said([3, 3, 0], [NaN, NaN]), "Facing the camera")
  assert.equal(said([NaN, NaN, NaN], [NaN, NaN]), "")
})

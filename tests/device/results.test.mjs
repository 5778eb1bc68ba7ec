// What is shown and taken along: pure functions.

import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { labelText, metrics } from "../../fer_core/app/frontend/device/draw.js"
import { SecondMeasures } from "../../fer_core/app/frontend/device/measured.js"
import { momentsOf, summarise, toCsv, toJson } from "../../fer_core/app/frontend/device/results.js"
import { panelData, timelineData } from "../../fer_core/app/frontend/device/show.js"
import { close, vectors } from "./vectors.mjs"

const EMOTIONS = ["angry", "happy"]
const numbers = {
  emotions: EMOTIONS, unsure: "unsure",
  colors: { angry: { fill: "#a", text: "#b" }, happy: { fill: "#c", text: "#d" },
            unsure: { fill: "#e", text: "#f" } },
}

function sample(timeS, trackId, happy, validS = 1) {
  return { time_s: timeS, duration_s: 1, track_id: trackId, probs: [1 - happy, happy],
           valid_s: validS, facing: NaN, eyes_open: 0.5, box: [0, 0, 1, 1] }
}

test("means are weighted by the seconds seen, the longest seen first", () => {
  const rows = summarise([sample(0, 2, 1, 0.5), sample(1, 1, 1, 1), sample(2, 1, 0, 0.5)])
  assert.deepEqual(rows.map((row) => [row.trackId, row.seenS]), [[1, 1.5], [2, 0.5]])
  assert.ok(Math.abs(rows[0].mean[1] - 2 / 3) < 1e-12)
})

const { numbers: served, results } = vectors

/** CSV as values: how many digits a number is written with does not matter. */
function read(csv) {
  return csv.trim().split("\n").map((line) =>
    [...line.matchAll(/("[^"]*"|[^,]*)(?:,|$)/g)].slice(0, -1)
      .map(([, cell]) => (cell === "" || Number.isNaN(Number(cell)) ? cell : Number(cell))))
}

function measured() {
  const measures = new SecondMeasures(served.measures.names)
  for (const [id, timeS, values] of results.measured) {
    measures.add({ timeS, faces: [{ face: { id, measures: values } }] })
  }
  return measures
}

test("CSV is Python's, measures, the model on every line, unknown values empty", () => {
  const csv = toCsv(
    results.samples, served.emotions, results.model.text, results.marks, measured())
  assert.deepEqual(read(csv), read(results.csv))
})

test("JSON is Python's: means, marks, samples, measures, the model", () => {
  const python = JSON.parse(results.json)
  const { mien, model, detector, started_at, duration_s } = python
  const about = { mien, model, detector, started_at, duration_s }
  const own = JSON.parse(toJson(results.samples, served.emotions, about, results.marks, measured()))
  assert.deepEqual(own.marks, [0.5, 7.25, 40])
  assert.deepEqual(own, python)
  assert.deepEqual(Object.keys(own), Object.keys(python))
  assert.deepEqual(Object.keys(own.samples[0]), Object.keys(python.samples[0]))
})

test("where no face was measured, nothing says so; the oldest measures go first", () => {
  const measures = new SecondMeasures(["a"], 2)
  const face = (id, value) => ({ face: { id, measures: [value] } })
  measures.add({ timeS: 0.5, faces: [face(1, NaN)] })
  assert.ok(measures.isEmpty)
  const [sample] = results.samples
  const about = [served.emotions, "m", []]
  assert.ok(!toCsv([sample], ...about, measures).split("\n")[0].includes(",a,"))
  assert.ok(!("measures" in JSON.parse(toJson([sample], served.emotions, {}, [], measures)).samples[0]))
  for (const timeS of [0.1, 0.6, 1.1, 2.1]) measures.add({ timeS, faces: [face(1, timeS)] })
  assert.equal(measures.of({ track_id: 1, time_s: 0 }), null)
  assert.deepEqual(measures.of({ track_id: 1, time_s: 1 }), [1.1])
})

test("moments are Python's", () => {
  const moments = momentsOf(results.samples, 1, served)
  assert.ok(results.moments.length > 2)
  moments.forEach(({ label, startS, endS, peak }, index) => {
    const [wanted, ...values] = results.moments[index]
    assert.equal(label, wanted)
    close([startS, endS, peak], values, 1e-6, label)
  })
  assert.equal(moments.length, results.moments.length)
})

test("a label has a number where there are several faces, and a share where it is sure", () => {
  const one = { face: { id: 3 }, smoothed: [0.1, 0.9], label: "happy" }
  assert.equal(labelText(one, 1, "unsure"), "happy 90%")
  assert.equal(labelText(one, 2, "unsure"), "#3 happy 90%")
  assert.equal(labelText({ ...one, label: "unsure" }, 1, "unsure"), "unsure")
  const draw = { labels_per_height: 17, label_px: [16, 64], lines_per_height: 240, line_px: 2 }
  assert.deepEqual(metrics(100, draw), { label: 16, line: 2 })
})

test("the panel is empty without a face", () => {
  assert.equal(panelData(null, numbers).empty, true)
  const data = panelData({ label: "happy", probs: [0.2, 0.8] }, numbers)
  assert.deepEqual(data.bars.map((bar) => bar.top), [false, true])
  assert.equal(data.label, "Happy")
})

test("the timeline leaves a gap where no face was", () => {
  const at = (timeS, probs) => ({ timeS, probs })
  const moments = [at(0, [0, 1]), at(1, [0, 1]), at(2, null), at(4, [1, 0])]
  const data = timelineData(moments, numbers, 4, 4, "alt")
  assert.equal(data.rows[0].runs.length, 2)
  assert.deepEqual(data.rows[1].runs[0], [[0, 1], [0.25, 1]])
  assert.deepEqual(data.spans, [])
  const marked = timelineData(moments, numbers, 4, 2, "alt", { marks: [1, 3, 9] }).spans
  assert.deepEqual(marked, [{ from: 0.5, to: null, text: "0:03", out: false }])
})

test("the minute that a device draws has no table, and the component asks for none", () => {
  const file = new URL("../../fer_core/app/parts/frontend/timeline.js", import.meta.url)
  const code = readFileSync(file, "utf8")
  const data = timelineData([], numbers, 60, 60, "alt")
  const asked = new Set([...code.matchAll(/\bdata\.(\w+)/g)].map((found) => found[1]))
  const optional = ["table", "channel", "start_s", "span_s"]
  for (const name of asked) assert.ok(name in data || optional.includes(name), name)
  assert.match(code, /if \(!data\.table\) return/)
})

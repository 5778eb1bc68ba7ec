// Every model that comes with the project gives in the browser's runtime what it gives in Python.

import assert from "node:assert/strict"
import { test } from "node:test"

import { Classifier } from "../../fer_core/app/frontend/device/classify.js"
import { picture } from "./picture.mjs"
import { loadRuntime, readNetwork } from "./runtime.mjs"
import { vectors } from "./vectors.mjs"

const PROBABILITY = 0.02
const { numbers, models } = vectors
const library = await loadRuntime()

for (const [name, { classify, probs }] of Object.entries(models)) {
  test(`classify: ${name}`, async () => {
    const path = new URL(`../../models/${name}/model_int8.tflite`, import.meta.url)
    const run = await readNetwork(library, path)
    const classifier = new Classifier(run, classify, numbers.emotions.length)
    const { size } = classify
    const whole = picture(3 * size, size)
    for (const [index, want] of probs.entries()) {
      const data = Uint8Array.from({ length: size * size }, (_, at) =>
        whole.data[Math.floor(at / size) * whole.width + index * size + (at % size)])
      const got = await classifier.predict({ width: size, height: size, channels: 1, data })
      got.forEach((value, column) => {
        const isNear = Math.abs(value - want[column]) <= PROBABILITY
        assert.ok(isNear, `crop ${index}, ${numbers.emotions[column]}: ${value}, ${want[column]}`)
      })
    }
  })
}

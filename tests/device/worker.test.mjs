// The worker holds no picture and no tensor longer than it needs them, whatever happens to a frame.

import assert from "node:assert/strict"
import { test } from "node:test"
import { gzipSync } from "node:zlib"

import { vectors } from "./vectors.mjs"

const { numbers } = vectors
const [WIDTH, HEIGHT] = [64, 48]
const { input_size: SIDE, strides, per_layer: PER_LAYER, num_keypoints: POINTS } = numbers.detect
const ANCHORS = strides.reduce((sum, stride) => sum + PER_LAYER * Math.ceil(SIDE / stride) ** 2, 0)

/** Stands in for LiteRT: a detector that never finds a face, and counts of what is held. */
const held = { made: 0, deleted: 0 }
globalThis.fakeRuntime = {
  Tensor: class {
    constructor() { held.made += 1 }
    delete() { held.deleted += 1 }
  },
  loadLiteRt: async () => undefined,
  loadAndCompile: async () => ({
    getInputDetails: () => [{ shape: [1, SIDE, SIDE, 3] }],
    run: async () => [new Float32Array(ANCHORS * (4 + 2 * POINTS)), new Float32Array(ANCHORS).fill(-100)]
      .map((values) => {
        held.made += 1
        return { toTypedArray: () => values, delete: () => { held.deleted += 1 } }
      }),
  }),
}
const library = "export const { Tensor, loadLiteRt, loadAndCompile } = globalThis.fakeRuntime //"

/** @type {{pictures: number, closed: number}} */
const seen = { pictures: 0, closed: 0 }

function picture(more) {
  seen.pictures += 1
  let isOpen = true
  return {
    ...more,
    width: WIDTH,
    height: HEIGHT,
    close: () => {
      seen.closed += isOpen
      isOpen = false
    },
  }
}

function videoFrame(index, more = {}) {
  const [half, size] = [WIDTH / 2, WIDTH * HEIGHT]
  return picture({
    format: "I420",
    timestamp: index * 1e6 / 30,
    codedWidth: WIDTH,
    codedHeight: HEIGHT,
    colorSpace: { fullRange: false, matrix: "bt709" },
    allocationSize: () => size * 3 / 2,
    copyTo: async () => [
      { offset: 0, stride: WIDTH }, { offset: size, stride: half }, { offset: size * 5 / 4, stride: half },
    ],
    ...more,
  })
}

const told = []
/** @type {(() => void)[]} */
const waiting = []
Object.assign(globalThis, {
  fetch: async () => new Response(gzipSync("")),
  self: { postMessage: (message) => {
    told.push(message)
    waiting.splice(0).forEach((look) => look())
  } },
})
await import("../../fer_core/app/frontend/device/worker.js")
const ask = (data) => globalThis.self.onmessage({ data })

async function until(isThere) {
  while (!isThere()) await new Promise((look) => waiting.push(look))
}

async function analyse(one, timeS) {
  const idle = () => told.filter(({ type }) => type === "idle").length
  const before = idle()
  ask({ type: "frame", picture: one, timeS })
  await until(() => idle() > before)
}

test("every picture is closed and every tensor deleted", async () => {
  const networks = { detector: "d", mesh: "m", classifier: "c" }
  const runtime = { folder: `data:text/javascript,${encodeURIComponent(library)}`, build: "b" }
  ask({ type: "load", numbers, runtime, networks, paced: false })
  await until(() => told.some(({ type }) => type === "idle" || type === "problem"))
  assert.deepEqual(told.map(({ type }) => type), ["loaded", "idle"])

  for (let index = 0; index < 50; index += 1) await analyse(videoFrame(index), index / 30)
  assert.equal(told.filter(({ type }) => type === "result").length, 50)
  assert.ok(held.made >= 150)

  // While one is analysed, others come and are left out.
  const first = analyse(videoFrame(60), 2)
  for (let index = 61; index < 64; index += 1) ask({ type: "frame", picture: videoFrame(index), timeS: 2 })
  await first
  // A frame whose planes cannot be read, and a bitmap that no canvas can draw.
  const broken = { copyTo: async () => { throw new Error("gone") } }
  await analyse(videoFrame(70, broken), 3)
  await analyse(picture({}), 4)
  // What was on its way when the visitor stopped.
  const readable = new ReadableStream({ start: (control) => {
    control.enqueue(videoFrame(80))
    control.close()
  } })
  const results = () => told.filter(({ type }) => type === "result").length
  const before = results()
  ask({ type: "stream", readable })
  await until(() => results() > before)
  ask({ type: "stop" })
  await until(() => told.some(({ type }) => type === "finished"))

  assert.deepEqual(seen, { pictures: seen.pictures, closed: seen.pictures })
  assert.equal(held.deleted, held.made)
})

// What the browser says of the camera names the press and the visit, and comes once.

import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { given, load, makeClock, settle } from "./page.mjs"

const DATA = {
  attempt: 0, visit: "v", streaming: false, waits: false, camera: "", streams: ["s", "s-1"],
  constraints: { video: { facingMode: "user" }, audio: false },
}
let pass, show, told, questions, devices, changes

const camera = (id = "front") => {
  const track = { stopped: false, stop() { this.stopped = true }, getSettings: () => ({ deviceId: id }) }
  return { track, getTracks: () => [track], getVideoTracks: () => [track] }
}
const fault = (name) => Object.assign(new Error(name), { name })
const outcomes = () => told.map((one) => one.outcome)

beforeEach(async () => {
  told = []
  questions = []
  changes = new Set()
  devices = [{ kind: "videoinput", deviceId: "front", label: "Front" }]
  const mediaDevices = {
    getUserMedia: () => new Promise((resolve, reject) => questions.push({ resolve, reject })),
    enumerateDevices: async () => devices,
    addEventListener: (_, hear) => changes.add(hear),
    removeEventListener: (_, hear) => changes.delete(hear),
  }
  Object.defineProperty(globalThis, "navigator", {
    configurable: true, writable: true,
    value: { mediaDevices, permissions: { query: async () => ({ state: "granted" }) } },
  })
  const store = new Map()
  globalThis.window = {
    isSecureContext: true, RTCPeerConnection: class {}, location: { hostname: "localhost" },
    localStorage: { getItem: (key) => store.get(key) ?? null, setItem: (key, to) => store.set(key, to) },
  }
  globalThis.document = { querySelector: () => null }
  pass = makeClock()
  const check = await load("camera.js")
  const place = {}
  show = async (data) => {
    check(given(place, { ...DATA, ...data }, (_, value) => told.push(value)))
    await settle()
  }
})

for (const [hostname, outcome] of [["[::1]", "address"], ["[2001:db8::1]", "address"]]) {
  test(`at ${hostname} it is said once, and the camera is never asked for`, async () => {
    window.location.hostname = hostname
    await show({})
    await show({ attempt: 1, waits: true })
    await pass(60_000)
    assert.deepEqual(outcomes(), [outcome, outcome], "of the look, and of the press")
    assert.equal(questions.length, 0)
  })
}

test("an answer names its press and visit; one of an earlier press is told no more", async () => {
  await show({ attempt: 1 })
  await show({ attempt: 2 })
  questions[0].resolve(camera("old"))
  await pass(0)
  assert.deepEqual(told, [])
  questions[1].resolve(camera())
  await pass(0)
  assert.deepEqual(told.map((one) => [one.attempt, one.visit, one.outcome, one.camera]),
    [[2, "v", "ok", "front"]])
})

test("one of another visit is told no more", async () => {
  await show({ attempt: 1 })
  await show({ attempt: 1, visit: "w" })
  questions[0].reject(fault("NotAllowedError"))
  await pass(0)
  assert.deepEqual(told, [])
})

test("a page that is drawn anew asks nothing anew", async () => {
  await show({ attempt: 1 })
  await show({ attempt: 1 })
  questions[0].resolve(camera())
  await pass(0)
  await show({ attempt: 1, streaming: true })
  await pass(60_000)
  assert.deepEqual([questions.length, outcomes()], [1, ["ok"]])
})

test("where the camera is allowed and no answer comes it is asked again, four times", async () => {
  await show({ attempt: 1 })
  await pass(600_000)
  assert.equal(questions.length, 4)
  const [first, late] = [camera(), camera()]
  questions[2].resolve(first)
  questions[3].resolve(late)
  await pass(0)
  assert.deepEqual(outcomes(), ["ok"])
  assert.ok(late.track.stopped, "no second one stays on")
  assert.ok(!first.track.stopped)
})

test("a camera that is unplugged is told, waited for, and told when it is back", async () => {
  await show({ attempt: 1 })
  questions[0].resolve(camera())
  await pass(0)
  await show({ attempt: 1, streaming: true })
  devices = []
  changes.forEach((hear) => hear())
  await pass(0)
  assert.deepEqual(outcomes(), ["ok", "gone"])
  await show({ attempt: 2, waits: true })
  for (let tries = 1; tries <= 3; tries += 1) {
    questions.at(-1).reject(fault("NotFoundError"))
    await pass(2000)
    assert.equal(questions.length, 2 + tries)
  }
  assert.equal(told.filter((one) => one.waits).length, 1, "that it waits is said once")
  questions.at(-1).resolve(camera())
  await pass(0)
  assert.deepEqual(outcomes().at(-1), "ok")
})

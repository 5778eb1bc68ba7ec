// What a device sends, and what it keeps while the network is away.

import assert from "node:assert/strict"
import { test } from "node:test"

import { Sender, byState } from "../../fer_core/app/frontend/device/send.js"
import { SecondWindows } from "../../fer_core/app/frontend/device/windows.js"

const numbers = { window_s: 1, max_gap_s: 0.5, max_yaw: 25, max_pitch: 25, min_openness: 0.5 }

const sample = (timeS, id = 1) => ({
  time_s: timeS, duration_s: 1, track_id: id, probs: [0.25, 0.75], valid_s: 1.0000001,
  facing: NaN, eyes_open: 0.5, box: [-9, 0.1, 0.5, 0.9],
})

function made(answers) {
  const batches = []
  let nowMs = 0
  let ended = 0
  const deliver = async (batch) => {
    batches.push(batch)
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer === "away") throw new Error("away")
    return answer === "all" ? batch.at(-1).seq : answer
  }
  const sender = new Sender(numbers, 31, deliver, () => { ended += 1 }, () => nowMs)
  const at = async (timeS, ...samples) => {
    nowMs += 1000
    sender.add(timeS, samples)
    await new Promise(setImmediate)
  }
  return { sender, batches, at, ended: () => ended }
}

test("a second goes once it is complete, with its faces or with none", async () => {
  const { batches, at } = made(["all"])
  await at(100.2)
  await at(101.6, sample(100), sample(100, 2))
  await at(102.6)
  assert.deepEqual(batches.flat().map((one) => [one.t_s, one.seq, one.faces.length]),
    [[100, 0, 2], [101, 1, 0]])
  const [face] = batches[0][0].faces
  assert.deepEqual(face, { id: 1, box: [-2, 0.1, 0.5, 0.9], probs: [0.25, 0.75], valid_s: 1,
    facing: null, eyes_open: 0.5, concentration: null })
})

test("while the network is away the last half minute waits, then all of it goes at once", async () => {
  const { sender, batches, at } = made([...Array(60).fill("away"), "all"])
  for (let second = 0; second <= 50; second += 1) await at(second + 0.6)
  assert.equal(sender.queue.length, 31)
  sender.deliver = async (batch) => { batches.push(batch); return batch.at(-1).seq }
  await at(52.6)
  await at(53.6)
  const last = batches.find((batch) => batch.at(-1).t_s === 51)
  assert.equal(last.length, 31)
  assert.equal(last[0].t_s, 21)
  assert.equal(sender.queue.length <= 1, true)
})

test("another camera's time begins anew, that of the visit goes on", async () => {
  const { batches, at } = made(["all"])
  await at(100)
  await at(103.6)
  await at(0.1)
  await at(2.6)
  const times = batches.flat().map((one) => one.t_s)
  assert.deepEqual(times, [...new Set(times)].sort((a, b) => a - b))
  assert.equal(times.length, 5)
})

test("a visit that has ended is told to the page once", async () => {
  const { batches, at, ended } = made(["ended"])
  await at(0)
  await at(2.6)
  await at(3.6)
  assert.equal(ended(), 1)
  assert.equal(batches.length, 1)
})

test("by the component's state what arrived is told later", async () => {
  const told = []
  const sender = new Sender(numbers, 31, byState((text) => told.push(JSON.parse(text)), "T"),
    () => {}, () => 1e6)
  sender.add(0, [])
  sender.add(1.6, [])
  await new Promise(setImmediate)
  assert.equal(told[0].token, "T")
  assert.equal(sender.queue.length, 1)
  sender.note(0)
  assert.equal(sender.queue.length, 0)
})

test("the concentration index is measured where a class asks for it", () => {
  const concentration = { emotion_weights: [0.25, 0.6], open_centred: 5, open_turned: 2,
    half_closed: 1.5, closed: 0, min_half_openness: 0.25, scale: 4.5 }
  const windows = new SecondWindows({ ...numbers, concentration })
  const seen = (yaw, openness) => ({ timeS: 0, facing: Math.abs(yaw) <= 25,
    eyesOpen: openness >= 0.5, probs: [0.1, 0.9] })
  const index = (yaw, openness) => windows.concentration(seen(yaw, openness), openness)
  for (const [got, want] of [[index(0, 0.9), 5], [index(40, 0.9), 2], [index(0, 0.3), 1.5],
    [index(0, 0.1), 0]]) {
    assert.ok(Math.abs(got - (0.6 * want) / 4.5) < 1e-12)
  }
  assert.equal(new SecondWindows(numbers).concentration(seen(0, 1), 1), null)
})

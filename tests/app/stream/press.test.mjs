// A press on Start has a number and is told until the server has answered it, and no longer.

import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { given, load, makeClock } from "./page.mjs"

class Element {
  constructor(button) { this.button = button }
  closest() { return { querySelector: () => this.button } }
}

const heard = new Map()
let pass, show, told, button

const press = () => {
  const target = new Element(button)
  for (const kind of ["pointerdown", "pointerup", "click"]) heard.get(kind)?.({ target, button: 0 })
}

beforeEach(async () => {
  heard.clear()
  Object.assign(globalThis, {
    Element,
    CSS: { escape: (text) => text },
    document: {
      activeElement: null,
      addEventListener: (name, hear) => heard.set(name, hear),
      removeEventListener: (name) => heard.delete(name),
      createElement: () => ({ dataset: {} }),
    },
  })
  pass = makeClock()
  told = []
  button = { disabled: false }
  const watch = await load("press.js")
  const place = { querySelector: () => null, appendChild: (one) => one }
  show = (version, acted = 0) => watch(
    given(place, { button: "start", version, acted }, (_, value) => told.push(value)))
  show(7)
})

test("a press is told again under one number until it is acted on", async () => {
  press()
  await pass(900)
  assert.deepEqual(told, [], "Streamlit's own way comes first")
  await pass(2200)
  assert.equal(told.length, 3)
  const [{ number }] = told
  assert.ok(told.every((one) => one.number === number && one.version === 7))
  assert.deepEqual(told.map((one) => one.times), [1, 2, 3], "each differs, so that it is sent")
  show(7, number)
  await pass(10_000)
  assert.equal(told.length, 3)
})

test("what the server did of a newer version ends it", async () => {
  press()
  show(8)
  await pass(10_000)
  assert.deepEqual(told, [])
})

test("a page that is drawn anew without an answer changes nothing", async () => {
  press()
  show(7)
  await pass(1000)
  assert.equal(told.length, 1)
})

test("two presses have two numbers, the second the larger", async () => {
  press()
  await pass(1000)
  press()
  await pass(1000)
  assert.equal(told.length, 2)
  assert.ok(told[1].number > told[0].number)
})

test("a press that no server answers is given up in the end", async () => {
  press()
  await pass(600_000)
  assert.equal(told.length, 30)
})

test("a button that cannot be pressed is not", async () => {
  button.disabled = true
  press()
  await pass(5000)
  assert.deepEqual(told, [])
})

test("what was taken off the page tells nothing", async () => {
  const end = show(7)
  press()
  end()
  await pass(5000)
  assert.deepEqual(told, [])
  assert.equal(heard.size, 0)
})

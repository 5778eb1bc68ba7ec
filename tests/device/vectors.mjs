// What Python's functions give (write_vectors.py), and how near the browser's must come.

import assert from "node:assert/strict"
import { readFileSync } from "node:fs"

const revive = (_key, value) => (value === "nan" ? NaN : value)
export const vectors = JSON.parse(readFileSync(new URL("vectors.json", import.meta.url), "utf8"), revive)

export function close(got, want, tolerance, what) {
  assert.equal(got.length, want.length, what)
  got.forEach((value, index) => {
    if (Number.isNaN(want[index])) assert.ok(Number.isNaN(value), `${what} [${index}]`)
    else {
      const isNear = Math.abs(value - want[index]) <= tolerance
      assert.ok(isNear, `${what} [${index}]: ${value}, not ${want[index]}`)
    }
  })
}

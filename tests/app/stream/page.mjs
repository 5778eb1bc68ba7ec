// A page without a browser: what press.js and camera.js need of one, and a clock that a test winds.

import { readFileSync } from "node:fs"

const FOLDER = new URL("../../../fer_core/app/parts/frontend/", import.meta.url)

/** A component's module, loaded anew. */
export async function load(name) {
  const text = `${readFileSync(new URL(name, FOLDER), "utf-8")}\n// ${Math.random()}`
  return (await import(`data:text/javascript,${encodeURIComponent(text)}`)).default
}

/** What Streamlit hands a component. */
export function given(parentElement, data, tell) {
  const bytes = new TextEncoder().encode(JSON.stringify(data))
  return { parentElement, data: bytes, setStateValue: tell }
}

/** Lets everything that has been answered go on. */
export async function settle() {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
}

/** Takes the place of the clock and the timers; gives what winds them. */
export function makeClock() {
  let now = 1_000_000
  let last = 0
  const timers = new Map()
  const put = (every) => (act, after = 0) => {
    last += 1
    timers.set(last, { act, at: now + after, every: every ? after : 0 })
    return last
  }
  const drop = (id) => { timers.delete(id) }
  Object.assign(globalThis, {
    setTimeout: put(false), setInterval: put(true), clearTimeout: drop, clearInterval: drop,
  })
  Date.now = () => now
  return async (ms) => {
    const end = now + ms
    for (;;) {
      await settle()
      const due = [...timers].filter(([, one]) => one.at <= end).sort((a, b) => a[1].at - b[1].at)
      if (due.length === 0) break
      const [id, one] = due[0]
      now = Math.max(now, one.at)
      if (one.every) one.at += one.every
      else timers.delete(id)
      one.act()
    }
    now = end
  }
}

// What was measured goes to the server second by second, never a picture
// (fer_core/device/inlet.py takes it). What a network that is away holds up waits here, up to a limit.

/** @typedef {import("./types.js").Sample} Sample */
/** @typedef {import("./types.js").WindowNumbers} WindowNumbers */

/**
 * One second of this device; faces may be none.
 * @typedef {object} Sent
 * @property {number} t_s start, in whole seconds of the stream
 * @property {number} seq goes up with every second
 * @property {Record<string, unknown>[]} faces
 */

/**
 * Hands over a batch: the highest number that was taken, null where that is told later by `note`,
 * or `ended` where the visit takes nothing more. Rejects where it should be tried again.
 * @callback Deliver
 * @param {Sent[]} batch
 * @returns {Promise<number | null | "ended">}
 */

const RETRY_MS = 2000
const TIMEOUT_MS = 8000

/** @param {number} value @param {number} digits */
const rounded = (value, digits) => (Number.isFinite(value) ? Number(value.toFixed(digits)) : null)

/** @param {Sample} sample */
function faceOf(sample) {
  return {
    id: sample.track_id,
    box: sample.box.map((value) => rounded(Math.min(3, Math.max(-2, value)), 4)),
    probs: sample.probs.map((value) => rounded(value, 5)),
    valid_s: rounded(Math.min(1, sample.valid_s), 4),
    facing: rounded(sample.facing, 4),
    eyes_open: rounded(sample.eyes_open, 4),
    concentration: rounded(sample.concentration ?? NaN, 4),
  }
}

export class Sender {
  /** @type {Sent[]} */
  queue = []
  /** @type {Map<number, Record<string, unknown>[]>} */
  open = new Map()
  /** @type {number | null} */
  next = null
  shift = 0
  seq = 0
  lastS = NaN
  lastMs = 0
  waitUntilMs = 0
  isBusy = false
  hasEnded = false

  /**
   * @param {WindowNumbers} numbers
   * @param {number} most seconds that may wait
   * @param {Deliver} deliver
   * @param {() => void} onEnded
   * @param {() => number} [clock] milliseconds
   */
  constructor(numbers, most, deliver, onEnded, clock = () => performance.now()) {
    this.numbers = numbers
    this.most = most
    this.deliver = deliver
    this.onEnded = onEnded
    this.clock = clock
  }

  /**
   * Note how far the stream is, and what its windows gave.
   * @param {number} timeS
   * @param {Sample[]} samples
   */
  add(timeS, samples) {
    const { window_s: length, max_gap_s: gap } = this.numbers
    if (this.next === null) this.next = Math.floor(timeS / length)
    else if (timeS < this.lastS - length) this.restart(timeS)
    this.lastS = timeS
    this.lastMs = this.clock()
    for (const sample of samples) {
      const second = Math.round(sample.time_s / length)
      if (second < this.next) continue
      this.open.set(second, [...(this.open.get(second) ?? []), faceOf(sample)])
    }
    const complete = Math.floor((timeS - gap) / length)
    this.next = Math.max(this.next, complete - this.most)
    for (; this.next < complete; this.next += 1) {
      const faces = this.open.get(this.next) ?? []
      this.queue.push({ t_s: this.next + this.shift, seq: this.seq, faces })
      this.seq += 1
    }
    for (const second of this.open.keys()) if (second < this.next) this.open.delete(second)
    this.queue = this.queue.slice(-this.most)
    void this.pump()
  }

  /** Another camera: its time begins anew, that of the visit goes on. @param {number} timeS */
  restart(timeS) {
    const passed = 1 + Math.round((this.clock() - this.lastMs) / 1000)
    const begins = Math.floor(timeS / this.numbers.window_s)
    this.shift += (this.next ?? begins) + passed - begins
    this.next = begins
    this.open.clear()
  }

  /** Numbers up to this one arrived. @param {number} lastSeq */
  note(lastSeq) {
    this.queue = this.queue.filter((one) => one.seq > lastSeq)
  }

  async pump() {
    if (this.isBusy || this.hasEnded || !this.queue.length || this.clock() < this.waitUntilMs) return
    this.isBusy = true
    try {
      const answer = await this.deliver([...this.queue])
      if (answer === "ended") {
        this.hasEnded = true
        this.onEnded()
      } else if (answer === null) this.waitUntilMs = this.clock() + 900
      else this.note(answer)
    } catch {
      this.waitUntilMs = this.clock() + RETRY_MS
    } finally {
      this.isBusy = false
    }
  }
}

/**
 * By the app's route.
 * @param {string} address
 * @param {string} token
 * @returns {Deliver}
 */
export function byRoute(address, token) {
  return async (samples) => {
    const answer = await fetch(address, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, samples }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (answer.ok) return Number((await answer.json()).last_seq)
    if (answer.status === 429 || answer.status >= 500) throw new Error(`status ${answer.status}`)
    return "ended"
  }
}

/**
 * By the component's state, where the app has no route of its own.
 * @param {(text: string) => void} tell
 * @param {string} token
 * @returns {Deliver}
 */
export function byState(tell, token) {
  return async (samples) => {
    tell(JSON.stringify({ token, samples }))
    return null
  }
}

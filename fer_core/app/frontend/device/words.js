// Numbers in words, as the server's pages say them (fer_core/app/parts: measures.py, timeline.py,
// words.py, head.py).

/** @typedef {import("./types.js").AffectNumbers} AffectNumbers */

/** @param {string} text */
export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1)

/** @param {number} share */
export const percent = (share) => `${(100 * share).toFixed(1)} %`

/**
 * Minutes and seconds, with hours from one on: 2:05, 1:02:05.
 * @param {number} seconds
 */
export function clockText(seconds) {
  const whole = Math.round(seconds)
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0")
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)]
  const rest = two(whole % 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}

/**
 * One line about seven probabilities: valence, pleasure, arousal.
 * @param {number[]} probs
 * @param {AffectNumbers} numbers
 */
export function affectText(probs, numbers) {
  const strongest = Math.max(...numbers.negative.map((index) => probs[index]))
  const place = [0, 1].map((axis) =>
    probs.reduce((sum, value, row) => sum + value * numbers.places[row][axis], 0))
  const values = [probs[numbers.happy] - strongest, ...place]
  const signed = (/** @type {number} */ value) => (value < 0 ? "" : "+") + value.toFixed(2)
  return capital(numbers.names.map((name, row) => `${name} ${signed(values[row])}`).join(" · "))
}

/**
 * One line about the last minute.
 * @param {import("./types.js").BlinkRates} rates
 */
export function blinkText({ ratePerMin, durationS, perclos }) {
  if (!Number.isFinite(perclos)) return "Blinks: known after ten seconds with open eyes in view"
  return [
    `${ratePerMin.toFixed(0)} blinks a minute`,
    ...(Number.isFinite(durationS) ? [`${(1000 * durationS).toFixed(0)} ms each`] : []),
    `eyes closed ${percent(perclos)} of the last minute`,
  ].join(" · ")
}

/**
 * Measure, right and left, or one value for both; empty where the face was not measured.
 * @param {number[]} measures
 * @param {string[]} names
 * @returns {string[][]}
 */
export function measureRows(measures, names) {
  if (measures.length < names.length || !measures.every(Number.isFinite)) return []
  const rows = []
  for (const [index, name] of names.entries()) {
    if (name.endsWith("_left")) continue
    const plain = name.replace(/_right$/, "")
    const left = names.indexOf(`${plain}_left`)
    const words = capital(plain.replaceAll("_", " "))
    rows.push([words, measures[index].toFixed(2), measures[left < 0 ? index : left].toFixed(2)])
  }
  return rows
}

/**
 * Where a head is turned and whether its eyes are open.
 * @param {import("./types.js").Face} face
 * @param {import("./types.js").WindowNumbers} limits
 */
export function headText({ pose: [yaw, pitch], eyes }, limits) {
  const parts = []
  if (Number.isFinite(yaw) && Number.isFinite(pitch)) {
    const turns = []
    if (Math.abs(yaw) > limits.max_yaw) {
      turns.push(`turned ${Math.abs(yaw).toFixed(0)}° to their ${yaw > 0 ? "left" : "right"}`)
    }
    if (Math.abs(pitch) > limits.max_pitch) {
      turns.push(`${pitch > 0 ? "up" : "down"} ${Math.abs(pitch).toFixed(0)}°`)
    }
    parts.push(turns.join(", ") || "facing the camera")
  }
  const openness = (eyes[0] + eyes[1]) / 2
  if (Number.isFinite(openness)) {
    parts.push(openness >= limits.min_openness ? "eyes open" : "eyes closed")
  }
  return capital(parts.join(" · "))
}

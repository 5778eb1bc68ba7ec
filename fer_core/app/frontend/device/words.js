// Numbers in words, as the server's pages say them (fer_core/app/parts: measures.py, timeline.py,
// words.py, head.py).

/** @typedef {import("./types.js").AffectNumbers} AffectNumbers */
/** @typedef {import("./types.js").Language} Language */
/** @typedef {{[name: string]: string | number}} Values */

/**
 * What the page is written in: one for the page, since a page has one visitor.
 * @type {Language}
 */
let spoken = { code: "en", texts: {}, decimal: ".", percent: "{n} %", emotions: {} }

/** @param {Language} language handed over by the server, which has the catalogue */
export function speak(language) {
  spoken = language
}

/** @param {string} text @param {Values} values */
const fill = (text, values) =>
  text.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place))

/**
 * A text in the visitor's language; `make messages` collects what stands in the brackets.
 * @param {string} text
 * @param {Values} [values] what stands in place of its {names}
 */
export const t = (text, values = {}) => fill(String(spoken.texts[text] ?? text), values)

/**
 * The form for a count, which stands in place of {n}.
 * @param {string} one
 * @param {string} many
 * @param {number} count
 */
export function tn(one, many, count) {
  const forms = spoken.texts[one] ?? [one, many]
  return fill(forms[count === 1 ? 0 : 1], { n: count })
}

/**
 * Puts the page's own texts in the visitor's language: the text of what has `data-t`, the title and the
 * label of what has `data-t-title` and `data-t-label`.
 * @param {ParentNode} root
 */
export function speakIn(root) {
  const put = (/** @type {string} */ name, /** @type {(node: HTMLElement, text?: string) => string} */ of) => {
    for (const found of root.querySelectorAll(`[${name}]`)) {
      const node = /** @type {HTMLElement} */ (found)
      const text = node.getAttribute(name) || of(node).trim()
      node.setAttribute(name, text) // the English one, for when another is chosen
      of(node, t(text))
    }
  }
  put("data-t", (node, text) => (text === undefined ? node.textContent ?? "" : (node.textContent = text)))
  put("data-t-title", (node, text) => (text === undefined ? node.title : (node.title = text)))
  put("data-t-label", (node, text) => {
    if (text !== undefined) node.setAttribute("aria-label", text)
    return node.getAttribute("aria-label") ?? ""
  })
}

/** @param {string} name of a label */
export const emotion = (name) => spoken.emotions[name] ?? name

/** @param {string} text */
export const capital = (text) => text.slice(0, 1).toLocaleUpperCase(spoken.code) + text.slice(1)

/** @param {number} value @param {number} [decimals] */
export const fixed = (value, decimals = 0) => value.toFixed(decimals).replace(".", spoken.decimal)

/** @param {number} share */
export const percent = (share) => spoken.percent.replace("{n}", fixed(100 * share, 1))

/** For what the browser itself writes, such as dates; English as the browser has it. */
export const spokenCode = () => (spoken.code === "en" ? undefined : spoken.code)

/** How panels write numbers (panel.js). */
export const numberForms = () => ({ percent: spoken.percent, decimal: spoken.decimal })

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
  const signed = (/** @type {number} */ value) => (value < 0 ? "" : "+") + fixed(value, 2)
  return capital(numbers.names.map((name, row) => `${t(name)} ${signed(values[row])}`).join(" · "))
}

/**
 * One line about the last minute.
 * @param {import("./types.js").BlinkRates} rates
 */
export function blinkText({ ratePerMin, durationS, perclos }) {
  if (!Number.isFinite(perclos)) return t("Blinks: known after ten seconds with open eyes in view")
  return [
    tn("{n} blink a minute", "{n} blinks a minute", Number(ratePerMin.toFixed(0))),
    ...(Number.isFinite(durationS) ? [t("{n} ms each", { n: fixed(1000 * durationS) })] : []),
    t("eyes closed {share} of the last minute", { share: percent(perclos) }),
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
    const words = capital(t(plain.replaceAll("_", " ")))
    rows.push([words, ...[index, left < 0 ? index : left].map((one) => fixed(measures[one], 2))])
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
      const n = fixed(Math.abs(yaw))
      turns.push(yaw > 0 ? t("turned {n}° to their left", { n }) : t("turned {n}° to their right", { n }))
    }
    if (Math.abs(pitch) > limits.max_pitch) {
      const n = fixed(Math.abs(pitch))
      turns.push(pitch > 0 ? t("up {n}°", { n }) : t("down {n}°", { n }))
    }
    parts.push(turns.join(", ") || t("facing the camera"))
  }
  const openness = (eyes[0] + eyes[1]) / 2
  if (Number.isFinite(openness)) {
    parts.push(openness >= limits.min_openness ? t("eyes open") : t("eyes closed"))
  }
  return capital(parts.join(" · "))
}

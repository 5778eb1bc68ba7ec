// The results of a session, drawn and given as files, without the server.

import { save, stampOf } from "./files.js"
import { momentsOf, summarise, toCsv, toJson } from "./results.js"
import { panelData, timelineData } from "./show.js"
import { capital, clockText, emotion, fixed, percent, spokenCode, t, tn } from "./words.js"

/** @typedef {import("./types.js").Sample} Sample */
/** @typedef {import("./view.js").Part} Part */
/** @typedef {import("./view.js").Setup} Setup */
/** @typedef {import("./measured.js").SecondMeasures} SecondMeasures */
/** @typedef {{samples: Sample[], measures: SecondMeasures, marks: number[], startedAt: Date}} Found */

/** A face seen for less is most often one that was lost and found again. */
const MIN_SEEN_S = 1
const MOST_FACES = 6
const MOST_MOMENTS = 8

/**
 * @param {ParentNode} root
 * @param {{panel: Part, timeline: Part}} parts
 * @param {Setup} setup
 * @param {Found} found
 */
export function showResults(root, parts, setup, found) {
  const { samples, measures, marks, startedAt } = found
  const find = (/** @type {string} */ name) =>
    /** @type {HTMLElement} */ (root.querySelector(`.results .${name}`))
  const { numbers, model } = setup
  const faces = summarise(samples)
  const durationS = (Date.now() - startedAt.getTime()) / 1000
  const facts = [
    startedAt.toLocaleString(spokenCode()),
    `${fixed(durationS)} s`,
    tn("{n} face seen", "{n} faces seen", faces.length),
    ...(marks.length > 0 ? [t("{n} marked", { n: marks.length })] : []),
  ].join(" · ")
  const meaning = t(
    "The numbers are mean probabilities of displayed expressions, by the model {model}; they are in this " +
    "browser only.", { model: model.shown })
  find("summary").textContent = faces.length > 0
    ? `${facts}. ${meaning}`
    : t("No face was seen for long enough: press Start again and turn to the camera.")
  const keep = (/** @type {string} */ ending, /** @type {string} */ type, /** @type {string} */ text) =>
    save(`mien-${stampOf(startedAt)}.${ending}`, new Blob([text], { type }))
  find("csv").onclick = () =>
    keep("csv", "text/csv", toCsv(samples, numbers.emotions, model.text, marks, measures))
  find("json").onclick = () => {
    const about = {
      ...setup.about,
      started_at: startedAt.toISOString(),
      duration_s: Number(durationS.toFixed(3)),
    }
    keep("json", "application/json", toJson(samples, numbers.emotions, about, marks, measures))
  }
  find("csv").hidden = find("json").hidden = faces.length === 0
  // Not by spreading: a long session has more samples than a call may have arguments.
  const last = samples.reduce((most, one) => Math.max(most, one.time_s + one.duration_s), 1)
  const shown = faces.filter((one, index) => one.seenS >= MIN_SEEN_S || index === 0)
  find("list").replaceChildren(...shown.slice(0, MOST_FACES).map((face) => {
    const card = copy(root, face)
    const draw = (/** @type {Part} */ part, /** @type {string} */ name, /** @type {unknown} */ data) =>
      part({
        parentElement: /** @type {ParentNode} */ (card.querySelector(name)),
        data: new TextEncoder().encode(JSON.stringify(data)),
      })
    const label = numbers.emotions[face.mean.indexOf(Math.max(...face.mean))]
    draw(parts.panel, ".mean", panelData({ label, probs: face.mean }, numbers))
    const moments = samples.filter((one) => one.track_id === face.trackId)
      .map((one) => ({ timeS: one.time_s + one.duration_s / 2, probs: one.probs }))
    draw(parts.timeline, ".over", timelineData(moments, numbers, last, last,
      t("Expressions of face #{id} over the session", { id: face.trackId }), { isFromStart: true, marks }))
    card.append(listMoments(found, face.trackId, numbers))
    return card
  }))
  const results = /** @type {HTMLElement} */ (root.querySelector(".results"))
  results.hidden = false
}

/**
 * The surest moments in the order of time, and what stood at the visitor's marks.
 * @param {Found} found
 * @param {number} trackId
 * @param {import("./types.js").Numbers} numbers
 */
function listMoments({ samples, marks }, trackId, numbers) {
  const moments = momentsOf(samples, trackId, numbers)
  const surest = [...moments].sort((a, b) => b.peak - a.peak).slice(0, MOST_MOMENTS)
  const lines = surest.sort((a, b) => a.startS - b.startS).map((one) =>
    t("{time} · {expression} for {n} s, at most {share}", {
      time: clockText(one.startS),
      expression: capital(emotion(one.label)),
      n: fixed(one.endS - one.startS),
      share: percent(one.peak),
    }))
  for (const mark of marks) {
    const there = moments.find((one) => one.startS <= mark && mark < one.endS)
    const what = there ? capital(emotion(there.label)) : t("neutral, or unsure")
    lines.push(`\u2691 ${clockText(mark)} · ${what}`)
  }
  const list = document.createElement("ul")
  list.className = "moments"
  list.append(...lines.map((line) => {
    const row = document.createElement("li")
    row.textContent = line
    return row
  }))
  return list
}

/**
 * A card for one face, with places for its panel and its timeline.
 * @param {ParentNode} root
 * @param {import("./results.js").FaceSummary} face
 */
function copy(root, face) {
  const card = document.createElement("div")
  card.className = "one"
  const title = document.createElement("h3")
  title.textContent = t("Face #{id}, seen {n} s", { id: face.trackId, n: fixed(face.seenS) })
  const grid = document.createElement("div")
  grid.className = "grid"
  for (const [place, model] of [["mean", ".panel"], ["over", ".course .timeline"]]) {
    const box = document.createElement("div")
    box.className = place
    const part = /** @type {HTMLElement} */ (root.querySelector(model)?.cloneNode(true))
    // The clone is of a part that was in use: its places are filled anew.
    part.querySelectorAll(".bars, .rows, .faces, .ticks").forEach((one) => one.replaceChildren())
    box.append(part)
    grid.append(box)
  }
  card.append(title, grid)
  return card
}

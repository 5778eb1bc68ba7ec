// What a session showed, in sum and as files to take along (fer_core/temporal/samples.py,
// fer_core/app/stream/results.py). They are made here: nothing has to be sent for them.

/** @typedef {import("./types.js").Sample} Sample */
/** @typedef {import("./measured.js").SecondMeasures} SecondMeasures */
/** @typedef {{trackId: number, seenS: number, mean: number[]}} FaceSummary */
/** @typedef {{label: string, startS: number, endS: number, peak: number}} Moment */

/** Seconds of one face that are no further apart belong together. */
const JOIN_S = 0.25

const REST = /** @type {const} */ (["valid_s", "coverage", "facing", "eyes_open"])

/** @param {number} value @param {number} digits */
function rounded(value, digits) {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : null
}

/** @param {Sample} sample */
function restOf(sample) {
  const coverage = sample.duration_s > 0 ? sample.valid_s / sample.duration_s : 0
  const { valid_s: validS, facing, eyes_open: eyesOpen } = sample
  return [validS, coverage, facing, eyesOpen].map((value) => rounded(value, 4))
}

/**
 * One line a face and second, with a header; unknown values are empty. A mark stands in the lines of
 * its second; where no face was seen then, in one of its own at the end.
 * @param {Sample[]} samples
 * @param {string[]} emotions
 * @param {string} model as it is named to people
 * @param {number[]} marks in seconds from the first frame
 * @param {SecondMeasures} measures of each face and second
 */
export function toCsv(samples, emotions, model, marks, measures) {
  const names = measures.isEmpty ? [] : measures.names
  const head = ["time_s", "duration_s", "track_id", ...emotions, ...REST, "marked_s", ...names, "model"]
  const within = (/** @type {Sample} */ one) =>
    marks.filter((mark) => mark >= one.time_s && mark < one.time_s + one.duration_s)
  const text = (/** @type {number[]} */ times) => times.map((one) => one.toFixed(3)).join("; ")
  const quoted = /[",\n]/.test(model) ? `"${model.replaceAll('"', '""')}"` : model
  const rows = samples.map((one) => [
    rounded(one.time_s, 3), rounded(one.duration_s, 3), one.track_id,
    ...one.probs.map((p) => rounded(p, 4)), ...restOf(one), text(within(one)),
    ...names.map((_, index) => rounded(measures.of(one)?.[index] ?? NaN, 4)), quoted,
  ])
  const seen = new Set(samples.flatMap(within))
  const empty = [...emotions, ...REST].map(() => "")
  const alone = [...new Set(marks)].filter((mark) => !seen.has(mark)).sort((a, b) => a - b)
    .map((mark) =>
      [rounded(mark, 3), "", "", ...empty, text([mark]), ...names.map(() => ""), quoted])
  return [head, ...rows, ...alone].map((row) => `${row.map((v) => v ?? "").join(",")}\n`).join("")
}

/**
 * One row a face, the longest seen first; means are weighted by the valid seconds.
 * @param {Sample[]} samples
 * @returns {FaceSummary[]}
 */
export function summarise(samples) {
  /** @type {Map<number, FaceSummary>} */
  const faces = new Map()
  for (const one of samples) {
    if (!(one.valid_s > 0)) continue
    const row = faces.get(one.track_id) ??
      { trackId: one.track_id, seenS: 0, mean: one.probs.map(() => 0) }
    row.seenS += one.valid_s
    row.mean = row.mean.map((sum, index) => sum + one.valid_s * one.probs[index])
    faces.set(one.track_id, row)
  }
  return [...faces.values()]
    .map((row) => ({ ...row, mean: row.mean.map((sum) => sum / row.seenS) }))
    .sort((a, b) => b.seenS - a.seenS)
}

/**
 * What one face showed but neutral, in order of time; a second without it ends a moment.
 * @param {Sample[]} samples
 * @param {number} trackId
 * @param {{emotions: string[], unsure: string, smooth: {rule: {unsure_below: number}}}} numbers
 */
export function momentsOf(samples, trackId, { emotions, unsure, smooth }) {
  /** @type {Moment[]} */
  const moments = []
  for (const one of samples) {
    if (one.track_id !== trackId || !(one.valid_s > 0)) continue
    const peak = Math.max(...one.probs)
    const label = peak >= smooth.rule.unsure_below ? emotions[one.probs.indexOf(peak)] : unsure
    if (label === "neutral" || label === unsure) continue
    const [startS, endS] = [one.time_s, one.time_s + one.duration_s]
    const last = moments.at(-1)
    if (!last || last.label !== label || startS - last.endS > JOIN_S) {
      moments.push({ label, startS, endS, peak })
    } else Object.assign(last, { endS, peak: Math.max(peak, last.peak) })
  }
  return moments
}

/**
 * The session, its faces' means, its marks and its samples.
 * @param {Sample[]} samples
 * @param {string[]} emotions
 * @param {Record<string, unknown>} about plain values that say what session it was
 * @param {number[]} marks in seconds from the first frame
 * @param {SecondMeasures} measures of each face and second
 */
export function toJson(samples, emotions, about, marks, measures) {
  const given = (/** @type {string[]} */ names, /** @type {number[]} */ values) =>
    Object.fromEntries(names.map((name, index) => [name, rounded(values[index], 4)]))
  const named = (/** @type {number[]} */ probs) => given(emotions, probs)
  const measured = (/** @type {Sample} */ one) => {
    const means = measures.of(one)
    return measures.isEmpty ? {} : { measures: means && given(measures.names, means) }
  }
  return JSON.stringify({
    ...about,
    faces: summarise(samples).map(({ trackId, seenS, mean }) =>
      ({ track_id: trackId, seen_s: rounded(seenS, 3), mean: named(mean) })),
    marks: marks.map((timeS) => rounded(timeS, 3)),
    emotions,
    samples: samples.map((one) => {
      const rest = restOf(one)
      return {
        time_s: rounded(one.time_s, 3),
        duration_s: rounded(one.duration_s, 3),
        track_id: one.track_id,
        ...Object.fromEntries(REST.map((name, index) => [name, rest[index]])),
        probs: named(one.probs),
        ...measured(one),
      }
    }),
  }, null, 1)
}

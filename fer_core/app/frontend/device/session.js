// One stream in the browser: detect, track, mesh, align, classify, smooth (fer_core/pipeline.py),
// then seconds and the neutral face (fer_core/streaming/analyst.py).

import { alignFace } from "./align.js"
import { NeutralBaseline } from "./baseline.js"
import { BlinkWatch } from "./blinks.js"
import { Classifier } from "./classify.js"
import { BlazeFace } from "./detect.js"
import { FaceMesh } from "./mesh.js"
import { Smoother } from "./smooth.js"
import { Tracker } from "./track.js"
import { SecondWindows } from "./windows.js"

/** @typedef {import("./types.js").FrameResult} FrameResult */
/** @typedef {import("./types.js").Numbers} Numbers */
/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").Sample} Sample */
/** @typedef {import("./frame.js").Frame} Frame */

export class Session {
  /**
   * @param {Numbers} numbers
   * @param {{detector: Run, mesh: Run, classifier: Run}} networks
   */
  constructor(numbers, networks) {
    this.numbers = numbers
    this.detector = new BlazeFace(networks.detector, numbers.detect)
    this.tracker = new Tracker(numbers.track)
    this.mesh = new FaceMesh(networks.mesh, numbers)
    this.classifier = new Classifier(
      networks.classifier, numbers.classify, numbers.emotions.length,
    )
    this.smoother = new Smoother(numbers.smooth, numbers.emotions, numbers.unsure)
    this.windows = new SecondWindows(numbers.windows)
    this.baseline = new NeutralBaseline(numbers.baseline)
    this.blinks = new BlinkWatch(numbers.blinks, numbers.iris.columns)
  }

  /**
   * Analyse one frame; they come in the order of their time.
   * @param {Frame} frame
   * @returns {Promise<FrameResult>}
   */
  async process(frame) {
    /** @type {Record<string, number>} */
    const stagesMs = {}
    let since = performance.now()
    const note = (/** @type {string} */ stage) => {
      const now = performance.now()
      stagesMs[stage] = (stagesMs[stage] ?? 0) + now - since
      since = now
    }
    const found = await this.detector.detect(frame)
    note("detect")
    const tracked = this.tracker.update(found, frame.timeS)
    note("track")
    const faces = await this.mesh.measure(frame.luma, tracked)
    note("mesh")
    const { align, classify } = this.numbers
    const crops = faces.map((face) => alignFace(frame.luma, face, classify.size, align))
    note("align")
    /** @type {number[][]} */
    const probs = []
    for (const crop of crops) probs.push(await this.classifier.predict(crop))
    note("classify")
    const ids = faces.map((face) => face.id)
    const { smoothed, labels } = this.smoother.update(probs, ids, frame.timeS)
    note("smooth")
    this.blinks.add(faces, frame.timeS)
    const sizes = faces.map(({ box }) => Math.max(box[2] - box[0], box[3] - box[1]))
    const focus = sizes.indexOf(Math.max(...sizes))
    return {
      timeS: frame.timeS,
      width: frame.width,
      height: frame.height,
      faces: faces.map((face, row) => ({
        face, probs: probs[row], smoothed: smoothed[row], label: labels[row],
      })),
      focus,
      blinks: this.blinks.rates(faces[focus]?.id ?? -1, frame.timeS),
      analysisMs: Object.values(stagesMs).reduce((a, b) => a + b, 0),
      stagesMs,
    }
  }

  /**
   * Record a frame's result: the seconds that it completes.
   * @param {FrameResult} result
   * @returns {Sample[]}
   */
  record(result) {
    const before = this.baseline.state
    const state = this.baseline.update(result)
    if (state !== before && state === "ready") this.smoother.setBaseline(this.baseline.offsets)
    return this.windows.add(result)
  }

  /** Measure the neutral face for the next seconds, then correct by it. */
  startBaseline() {
    this.smoother.setBaseline(null)
    this.baseline.start()
  }

  /** The seconds that were not complete. */
  finish() {
    return this.windows.flush()
  }
}

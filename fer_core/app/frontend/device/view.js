// The page's side of an analysis on this device: the camera's picture with boxes over it, the panel,
// the timeline, the results. Nothing here needs the server once it is loaded.

import { Board } from "./board.js"
import { canAnalyse } from "./camera.js"
import { showGauges } from "./gauges.js"
import { SecondMeasures } from "./measured.js"
import { Picture } from "./picture.js"
import { showResults } from "./report.js"
import { Sender, byRoute, byState } from "./send.js"
import { Tools } from "./tools.js"
import { speak, speakIn, t } from "./words.js"

/** @typedef {import("./types.js").FrameResult} FrameResult */
/** @typedef {import("./types.js").Numbers} Numbers */
/** @typedef {import("./types.js").Sample} Sample */

/**
 * What the server hands over; addresses are relative to the app's own.
 * @typedef {object} Setup
 * @property {Numbers} numbers
 * @property {{folder: string, parts: string, runtime: string, build: string}} places
 * @property {{detector: string, mesh: string, classifier: string}} networks
 * @property {import("./camera.js").Constraints} constraints
 * @property {Record<string, string>} sentences by outcome of opening the camera, and others
 * @property {import("./types.js").Language} language that the page is written in
 * @property {Record<string, unknown>} about the session, for the JSON that is taken along
 * @property {{name: string, text: string, shown: string}} model as the panel, the files and the page say it
 * @property {"all" | "self" | "picture"} shows everything, the picture with the panel, or it alone
 * @property {{route: string, token: string, most: number} | null} send where samples go; an empty
 *   route: by the component's state
 */

/** @typedef {import("./board.js").Part} Part */

const FIGURES_EVERY_MS = 500
const NO_FACE_AFTER_S = 5

export class View {
  /** @type {Worker | null} */
  worker = null
  /** @type {Sender | null} */
  sender = null
  /** @type {FrameResult | null} */
  result = null
  /** @type {Sample[]} */
  samples = []
  isLoaded = false
  startedAt = new Date()
  lastFaceS = NaN
  shownMs = 0
  onNetwork = () => this.showWhere()

  /**
   * @param {ParentNode} root holds view.html
   * @param {Setup} setup
   * @param {string} base address of the app, with a slash at the end
   * @param {{panel: Part, timeline: Part}} parts
   * @param {(event: "close" | "problem" | "samples", detail: string) => void} tell
   */
  constructor(root, setup, base, parts, tell) {
    this.root = root
    this.setup = setup
    this.speak(setup)
    this.base = base
    this.parts = parts
    this.tell = tell
    this.picture = new Picture(root, setup, () => void this.openPicture())
    this.tools = new Tools(root, () => this.result?.timeS ?? NaN, {
      onMark: () => this.showBoard(),
      onSnapshot: () => this.picture.save(),
    })
    this.board = new Board(root, parts, setup)
    this.measures = new SecondMeasures(setup.numbers.measures.names)
    this.find("device").classList.add(`shows-${setup.shows}`)
    this.sender = setup.send && this.makeSender(setup.send)
    this.listen()
  }

  /** @param {{route: string, token: string, most: number}} send */
  makeSender({ route, token, most }) {
    const deliver = route
      ? byRoute(new URL(route, this.base).href, token)
      : byState((text) => this.tell("samples", text), token)
    return new Sender(this.setup.numbers.windows, most, deliver, () => this.fail("ended"))
  }

  /** @param {string} name */
  find(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`.${name}`))
  }

  begin() {
    this.result = null
    this.samples = []
    this.measures = new SecondMeasures(this.setup.numbers.measures.names)
    this.board = new Board(this.root, this.parts, this.setup)
    this.tools.begin()
    this.startedAt = new Date()
    this.lastFaceS = NaN
    this.shownMs = 0
  }

  listen() {
    this.find("stop").onclick = () => this.stop()
    this.find("again").onclick = () => void this.start()
    this.find("close").onclick = () => this.tell("close", "")
    this.find("neutral").onclick = () => this.worker?.postMessage({ type: "baseline" })
    this.find("gauges").ontoggle = () => this.showBoard()
    window.addEventListener("online", this.onNetwork)
    window.addEventListener("offline", this.onNetwork)
    this.showWhere()
  }

  /**
   * Say everything in the language of what the server handed over last.
   * @param {Setup} setup
   */
  speak({ language, sentences }) {
    this.setup = { ...this.setup, language, sentences }
    speak(language)
    speakIn(this.root)
    this.find("device").lang = language.code
  }

  /**
   * The visitor chose another language meanwhile; results that are shown stay as they were written.
   * @param {Setup} setup
   */
  changeTo(setup) {
    this.speak(setup)
    this.showWhere()
    this.tools.show(this.result !== null)
    this.showBoard()
  }

  /** Where the picture is analysed: always said. */
  showWhere() {
    const { sentences } = this.setup
    this.find("where").textContent = navigator.onLine ? sentences.where : sentences.offline
  }

  /** @param {string} text empty for nothing to say */
  say(text) {
    const note = this.find("note")
    note.hidden = text === ""
    if (note.textContent !== text) note.textContent = text
  }

  /** Load the networks beside the browser's question for the camera, then analyse. */
  async start() {
    this.begin()
    this.find("results").hidden = true
    this.showWatching(true)
    this.showBoard()
    if (!canAnalyse()) {
      this.fail("incapable")
      return
    }
    this.loadWorker()
    await this.openPicture()
  }

  /** @param {boolean} isWatching whether the camera is on, or about to be */
  showWatching(isWatching) {
    for (const name of ["running", "watching", "course", "gauges"]) {
      this.find(name).hidden = !isWatching
    }
    for (const name of ["again", "close"]) this.find(name).hidden = isWatching
    if (!isWatching) this.find("cameras").hidden = true
  }

  loadWorker() {
    if (this.worker) return
    const { numbers, places, networks } = this.setup
    const at = (/** @type {string} */ path) => new URL(path, this.base).href
    const worker = new Worker(at(`${places.folder}worker.js`))
    this.worker = worker
    worker.onmessage = ({ data }) => this.hear(data)
    worker.onerror = () => this.fail("load")
    worker.postMessage({
      type: "load",
      numbers,
      runtime: { folder: at(places.runtime), build: places.build },
      networks: {
        detector: at(networks.detector),
        mesh: at(networks.mesh),
        classifier: at(networks.classifier),
      },
      paced: true,
    })
  }

  async openPicture() {
    this.say(this.setup.sentences.asking)
    const outcome = await this.picture.open()
    if (outcome === undefined) return
    if (outcome) {
      this.fail(outcome)
      return
    }
    this.say(this.isLoaded ? "" : this.setup.sentences.loading)
    this.feedWhenLoaded()
  }

  feedWhenLoaded() {
    if (this.isLoaded && this.worker) this.picture.feed(this.worker)
  }

  /** @param {import("./types.js").Told} report */
  hear(report) {
    if (report.type === "loaded") {
      this.isLoaded = true
      this.say("")
      this.feedWhenLoaded()
    } else if (report.type === "idle") this.picture.feeding?.onIdle()
    else if (report.type === "problem") this.fail(report.stage, report.message)
    else if (report.type === "finished") this.finish(report.samples)
    else if (this.picture.stream) this.take(report)
  }

  /** @param {Extract<import("./types.js").Told, {type: "result"}>} report */
  take({ result, samples, baseline }) {
    this.result = result
    if (this.sender) this.sender.add(result.timeS, samples)
    else {
      this.samples.push(...samples)
      this.measures.add(result)
    }
    this.board.add(result)
    if (result.faces.length > 0 || Number.isNaN(this.lastFaceS)) this.lastFaceS = result.timeS
    this.picture.draw(result)
    const now = performance.now()
    if (now - this.shownMs < FIGURES_EVERY_MS) return
    this.shownMs = now
    this.tools.show(true)
    this.showBoard()
    const neutral = /** @type {HTMLButtonElement} */ (this.find("neutral"))
    neutral.disabled = baseline.state === "collecting"
    const { sentences } = this.setup
    if (baseline.state === "collecting") {
      this.say(`${sentences.neutral} ${Math.round(100 * baseline.progress)} %`)
    } else if (baseline.state === "failed") {
      this.say(t("Your face was seen for {seen} of {wanted} seconds, and {least} are needed: look at " +
        "the camera and try again.", baseline.values))
    }
    else if (result.timeS - this.lastFaceS >= NO_FACE_AFTER_S) this.say(sentences.no_face)
    else this.say("")
  }

  showBoard() {
    this.board.show(this.tools.marks)
    showGauges(this.root, this.result, this.setup.numbers)
  }

  /** The visitor has seen enough. */
  stop() {
    this.picture.close()
    if (this.worker && this.isLoaded) this.worker.postMessage({ type: "stop" })
    else this.finish([])
  }

  /** @param {Sample[]} samples */
  finish(samples) {
    this.samples.push(...samples)
    this.result = null
    this.picture.draw(null)
    this.say("")
    this.showWatching(false)
    const { samples: all, measures, startedAt } = this
    const { marks } = this.tools
    showResults(this.root, this.parts, this.setup, { samples: all, measures, startedAt, marks })
  }

  /**
   * Say what stands in the way, and let the visitor try again.
   * @param {string} outcome
   * @param {string} [detail] for whoever looks for the cause
   */
  fail(outcome, detail = "") {
    const { sentences } = this.setup
    this.letGo()
    this.isLoaded = false
    if (detail) console.error(`Mien on this device: ${detail}`)
    this.say(sentences[outcome] ?? sentences.other.replace("{outcome}", outcome))
    this.showWatching(false)
    this.tell("problem", outcome)
  }

  letGo() {
    this.picture.close()
    this.worker?.terminate()
    this.worker = null
  }

  /** Let the camera and the worker go. */
  end() {
    this.letGo()
    this.tools.end()
    window.removeEventListener("online", this.onNetwork)
    window.removeEventListener("offline", this.onNetwork)
  }
}

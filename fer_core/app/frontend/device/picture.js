// The camera's picture on the page, with the boxes over it: opened, mirrored, drawn, saved.

import { feed, listCameras, obstacle, openCamera } from "./camera.js"
import { drawResult } from "./draw.js"
import { save, stampOf } from "./files.js"
import { t } from "./words.js"

/** @typedef {import("./types.js").FrameResult} FrameResult */
/** @typedef {import("./view.js").Setup} Setup */

export class Picture {
  /** @type {MediaStream | null} */
  stream = null
  /** @type {ReturnType<typeof feed> | null} */
  feeding = null
  /** @type {FrameResult | null} what is drawn */
  result = null
  isMirrored = true
  /** id of the camera that was chosen */
  camera = ""
  /** goes up with every opening and closing: what an earlier one waited for is over */
  attempt = 0

  /**
   * @param {ParentNode} root holds view.html
   * @param {Setup} setup
   * @param {() => void} onCamera called when another camera was chosen
   */
  constructor(root, setup, onCamera) {
    this.setup = setup
    this.video = /** @type {HTMLVideoElement} */ (root.querySelector("video"))
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas"))
    this.stage = /** @type {HTMLElement} */ (root.querySelector(".stage"))
    this.cameras = /** @type {HTMLSelectElement} */ (root.querySelector(".cameras"))
    this.cameras.onchange = () => {
      this.camera = this.cameras.value
      onCamera()
    }
    const mirror = /** @type {HTMLInputElement} */ (root.querySelector(".mirror input"))
    mirror.onchange = () => this.setMirror(mirror.checked)
    this.setMirror(true)
  }

  /** @param {boolean} isMirrored */
  setMirror(isMirrored) {
    this.isMirrored = isMirrored
    this.stage.classList.toggle("mirrored", isMirrored)
    this.draw(this.result)
  }

  /**
   * Open the camera and play it.
   * @returns {Promise<string | null | undefined>} null, or the name of what stands in the way;
   *   undefined where it was closed or opened anew in between
   */
  async open() {
    this.close()
    const { attempt } = this
    const outcome = obstacle()
    if (outcome) return outcome
    try {
      const stream = await openCamera(this.setup.constraints, this.camera)
      if (attempt !== this.attempt) {
        stream.getTracks().forEach((track) => track.stop())
        return undefined
      }
      this.stream = stream
    } catch (error) {
      if (attempt !== this.attempt) return undefined
      return error instanceof Error ? error.name : "unknown"
    }
    const settings = this.stream.getVideoTracks()[0].getSettings()
    this.video.srcObject = this.stream
    await this.video.play().catch(() => undefined)
    this.stage.style.aspectRatio = `${settings.width ?? 4} / ${settings.height ?? 3}`
    this.setMirror(settings.facingMode !== "environment" && this.isMirrored)
    await this.showCameras(settings.deviceId ?? "")
    return attempt === this.attempt ? null : undefined
  }

  /** @param {string} current */
  async showCameras(current) {
    const cameras = await listCameras()
    this.cameras.hidden = cameras.length < 2
    this.cameras.replaceChildren(...cameras.map((one, index) => {
      const option = new Option(one.label || t("Camera {n}", { n: index + 1 }), one.deviceId)
      option.selected = one.deviceId === current
      return option
    }))
  }

  /**
   * Hand its frames to the worker from now on.
   * @param {Worker} worker
   */
  feed(worker) {
    if (this.stream && !this.feeding) this.feeding = feed(this.stream, this.video, worker)
  }

  close() {
    this.attempt += 1
    this.feeding?.stop()
    this.feeding = null
    this.stream?.getTracks().forEach((track) => track.stop())
    this.stream = this.video.srcObject = null
  }

  /** @param {FrameResult | null} result */
  draw(result) {
    this.result = result
    const context = this.canvas.getContext("2d")
    // A label over one's own face would change what it shows while one watches something.
    const shown = this.setup.shows === "picture" ? null : result
    if (context) drawResult(context, shown, this.setup.numbers, this.isMirrored)
  }

  /** Save the picture as it is seen, with its frames and labels, among the visitor's own files. */
  save() {
    const { videoWidth: width, videoHeight: height } = this.video
    if (!width) return
    const canvas = document.createElement("canvas")
    Object.assign(canvas, { width, height })
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
    if (this.isMirrored) context.setTransform(-1, 0, 0, 1, width, 0)
    context.drawImage(this.video, 0, 0)
    context.resetTransform() // the canvas over it is drawn mirrored already
    context.drawImage(this.canvas, 0, 0, width, height)
    canvas.toBlob((blob) => blob && save(`mien-${stampOf(new Date())}.png`, blob), "image/png")
  }
}

// The worker: networks and stages run here, so that the page never waits for them.
// A classic worker, not a module, since LiteRT loads its own part by importScripts.

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./types.js").Asked} Asked */
/** @typedef {import("./types.js").Told} Told */

(() => {
  /** @type {Session | null} */
  let session = null
  /** @type {import("./clock.js").StreamClock | null} */
  let clock = null
  /** @type {() => void} */
  let beginAnew = () => undefined
  /** @type {typeof import("./frame.js") | null} */
  let frames = null
  let isPaced = true
  let isBusy = false
  let isStopped = false
  let failures = 0
  let dueS = -Infinity

  const report = (/** @type {Told} */ message) => self.postMessage(message)

  /** @param {Extract<Asked, {type: "load"}>} request */
  async function load(request) {
    const start = performance.now()
    const [{ Session }, { StreamClock }, networks, frame] = await Promise.all([
      import("./session.js"), import("./clock.js"), import("./networks.js"), import("./frame.js"),
    ])
    const names = /** @type {const} */ (["detector", "mesh", "classifier"])
    const [library, ...contents] = await Promise.all([
      networks.loadRuntime(request.runtime.folder, request.runtime.build),
      ...names.map((name) => networks.fetchBytes(request.networks[name])),
    ])
    const [detector, mesh, classifier] = await Promise.all(
      contents.map((content) => networks.compileNetwork(library, content)),
    )
    beginAnew = () => {
      session = new Session(request.numbers, { detector, mesh, classifier })
      clock = new StreamClock(request.numbers.clock)
      dueS = -Infinity
    }
    beginAnew()
    frames = frame
    isPaced = request.paced
    report({ type: "loaded", loadMs: performance.now() - start })
    report({ type: "idle" })
  }

  // As fer_core.streaming.clock.Pacer: a quarter of a period early still counts.
  /** @param {number} timeS */
  function isDue(timeS) {
    const periodS = 1 / (session?.numbers.analysis_hz ?? 1)
    if (timeS < dueS - periodS / 4 && timeS > dueS - 2 * periodS) return false
    const isBehind = timeS - dueS > periodS || timeS < dueS - 2 * periodS
    dueS = (isBehind ? timeS : dueS) + periodS
    return true
  }

  /**
   * @param {VideoFrame | ImageBitmap} picture closed when it was read
   * @param {number} stampS as the camera gives it
   */
  async function analyse(picture, stampS) {
    // A clip's frames come as fast as they are analysed: their time is their own.
    const timeS = isPaced ? clock?.read(stampS, performance.now() / 1000) ?? 0 : stampS
    if (!session || !frames || isBusy || isStopped || (isPaced && !isDue(timeS))) {
      picture.close()
      if (!isBusy) report({ type: "idle" })
      return
    }
    isBusy = true
    try {
      const frame = "format" in picture
        ? await frames.readVideoFrame(picture, timeS)
        : await frames.readByCanvas(picture, picture.width, picture.height, timeS)
      picture.close() // not only at the end: cameras give no new one while too many are held
      const result = await session.process(frame)
      const samples = session.record(result)
      const { state, progress, values } = session.baseline
      report({ type: "result", result, samples, baseline: { state, progress, values } })
      failures = 0
    } catch (error) {
      failures += 1
      // One bad frame is nothing; a stage that always fails is said once.
      if (failures === 5) report({ type: "problem", stage: "analysis", message: String(error) })
    } finally {
      picture.close()
      isBusy = false
      report({ type: "idle" })
    }
  }

  /** @param {ReadableStream<VideoFrame>} readable */
  async function follow(readable) {
    const reader = readable.getReader()
    while (!isStopped) {
      const { done, value } = await reader.read()
      if (done) break
      await analyse(value, value.timestamp / 1e6)
    }
    await reader.cancel().catch(() => undefined)
  }

  self.onmessage = ({ data }) => {
    const request = /** @type {Asked} */ (data)
    if (request.type === "load") {
      load(request).catch((error) => {
        const stage = error?.name === "ShapeError" ? "shape" : "load"
        report({ type: "problem", stage, message: String(error?.message ?? error) })
      })
    } else if (request.type === "stream") {
      isStopped = false
      void follow(request.readable)
    } else if (request.type === "frame") {
      isStopped = false
      void analyse(request.picture, request.timeS)
    } else if (request.type === "baseline") {
      session?.startBaseline()
    } else {
      isStopped = true
      report({ type: "finished", samples: session?.finish() ?? [] })
      beginAnew()
    }
  }
})()

// Opens the camera and hands its frames to the worker, the newest first.

/** @typedef {{video: MediaTrackConstraints, audio: boolean}} Constraints */

/**
 * What stands in the way, by the names that the server knows sentences for; null where nothing does.
 * @returns {string | null}
 */
export function obstacle() {
  if (!window.isSecureContext) return "insecure"
  if (!navigator.mediaDevices?.getUserMedia) return "unsupported"
  return null
}

/**
 * The smallest module that uses a SIMD instruction: `i32.const 0; i8x16.splat; i8x16.popcnt; drop`.
 */
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 11, 1, 9, 0, 65, 0, 253, 15, 253,
  98, 26, 11,
])

/** Whether this browser can run the networks at all. */
export function canAnalyse() {
  return typeof WebAssembly === "object" && WebAssembly.validate(SIMD) &&
    typeof Worker === "function" && typeof OffscreenCanvas === "function" &&
    typeof DecompressionStream === "function"
}

/**
 * @param {Constraints} constraints
 * @param {string} camera id of the one that was chosen; empty for any
 */
export async function openCamera(constraints, camera) {
  if (!camera) return navigator.mediaDevices.getUserMedia(constraints)
  const { facingMode: _, ...video } = constraints.video
  return navigator.mediaDevices.getUserMedia({
    ...constraints, video: { ...video, deviceId: { exact: camera } },
  })
}

/** All cameras there are; named once the visitor has allowed one. */
export async function listCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices()
  return devices.filter((one) => one.kind === "videoinput")
}

/**
 * Feed the worker from now on. Where the browser can, the frames never come through the page.
 * @param {MediaStream} stream
 * @param {HTMLVideoElement} video that plays the stream
 * @param {Worker} worker
 * @returns {{onIdle: () => void, stop: () => void}} what to call when the worker is idle, and at
 *   the end
 */
export function feed(stream, video, worker) {
  const Processor = /** @type {any} */ (window).MediaStreamTrackProcessor
  if (Processor) {
    // A copy of the track: it can be ended without the picture.
    const track = stream.getVideoTracks()[0].clone()
    const { readable } = new Processor({ track, maxBufferSize: 1 })
    worker.postMessage({ type: "stream", readable }, [readable])
    return { onIdle: () => undefined, stop: () => track.stop() }
  }
  return feedByElement(video, worker)
}

/**
 * @param {HTMLVideoElement} video
 * @param {Worker} worker
 */
function feedByElement(video, worker) {
  let isStopped = false
  let isIdle = true
  const next = async (/** @type {number} */ timeS) => {
    if (isStopped) return
    if (isIdle && video.videoWidth > 0) {
      isIdle = false
      try {
        const picture = typeof VideoFrame === "function"
          ? new VideoFrame(video, { timestamp: Math.round(timeS * 1e6) })
          : await createImageBitmap(video)
        worker.postMessage({ type: "frame", picture, timeS }, [picture])
      } catch {
        isIdle = true // no picture at this moment
      }
    }
    wait()
  }
  const wait = () => {
    if ("requestVideoFrameCallback" in video) {
      video.requestVideoFrameCallback((_now, { mediaTime }) => void next(mediaTime))
    } else setTimeout(() => void next(performance.now() / 1000), 33)
  }
  wait()
  return { onIdle: () => { isIdle = true }, stop: () => { isStopped = true } }
}

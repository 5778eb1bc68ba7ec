// Tells the server whether this browser can open the camera, and if not, why.
//
// data.attempt 0: looks without asking (secure page? a camera? already blocked?) and reports only
// what stands in the way. data.attempt n > 0, after Start was pressed: opens the camera, which
// asks the visitor once, and reports the outcome, and which cameras there are. The camera is held
// open until data.streaming, so that the stream that follows opens it without delay, or until
// HOLD_MS have passed.
//
// data.camera: the one that the visitor chose; empty for the one that this browser had last on a
// page of this kind.

const HOLD_MS = 8000
const instances = new WeakMap()

function release(mine) {
  clearTimeout(mine.timer)
  mine.stream?.getTracks().forEach((track) => track.stop())
  mine.stream = null
}

// What no permission and no other camera would change; null where nothing stands in the way.
function obstacle() {
  if (!window.isSecureContext) return "insecure"
  if (!navigator.mediaDevices?.getUserMedia || !window.RTCPeerConnection) return "unsupported"
  // A permissions policy can't name such a host, so the frame of the video never gets the camera.
  if (window.location.hostname.startsWith("[")) return "address"
  return null
}

async function cameras() {
  const devices = await navigator.mediaDevices.enumerateDevices()
  return devices.filter((device) => device.kind === "videoinput")
}

async function look() {
  const reason = obstacle()
  if (reason) return { outcome: reason }
  try {
    const permission = await navigator.permissions.query({ name: "camera" })
    if (permission.state === "denied") return { outcome: "NotAllowedError" }
  } catch {
    // Not every browser names a camera permission: Start will tell.
  }
  return { outcome: (await cameras()).length > 0 ? "ok" : "NotFoundError" }
}

// Storage may be closed to a page; then nothing is remembered.
function remembered(name, value) {
  try {
    if (value) window.localStorage.setItem(name, value)
    return window.localStorage.getItem(name) ?? ""
  } catch {
    return value
  }
}

function ask(constraints, camera) {
  if (!camera) return navigator.mediaDevices.getUserMedia(constraints)
  const { facingMode, ...video } = constraints.video
  return navigator.mediaDevices.getUserMedia({
    ...constraints,
    video: { ...video, deviceId: { exact: camera } },
  })
}

async function open(mine, constraints, chosen) {
  const reason = obstacle()
  if (reason) return { outcome: reason }
  const wanted = remembered(`mien_camera_${constraints.video.facingMode}`, chosen)
  try {
    mine.stream = await ask(constraints, wanted).catch((error) => {
      // The camera of last time is not there any more.
      if (wanted && ["OverconstrainedError", "NotFoundError"].includes(error.name)) {
        return ask(constraints, "")
      }
      throw error
    })
    mine.timer = setTimeout(() => release(mine), HOLD_MS)
    const settings = mine.stream.getVideoTracks()[0]?.getSettings?.() ?? {}
    return {
      outcome: "ok",
      camera: settings.deviceId ?? "",
      facing: settings.facingMode ?? "",
      size: [settings.width ?? 0, settings.height ?? 0],
      cameras: (await cameras()).map((one) => ({ id: one.deviceId, name: one.label })),
    }
  } catch (error) {
    return { outcome: error.name }
  }
}

export default function (component) {
  const { parentElement, setStateValue } = component
  const data = JSON.parse(new TextDecoder().decode(component.data))
  const mine = instances.get(parentElement) ?? { attempt: null, stream: null, timer: null }
  instances.set(parentElement, mine)
  if (data.streaming) release(mine)
  if (data.attempt !== mine.attempt) {
    mine.attempt = data.attempt
    release(mine)
    const attempt = data.attempt
    const check = attempt === 0 ? look() : open(mine, data.constraints, data.camera)
    check.then((found) => {
      if (attempt !== mine.attempt) return
      if (attempt > 0 || found.outcome !== "ok") setStateValue("report", { attempt, ...found })
    })
  }
  return () => release(mine)
}

// Tells the server whether this browser can open the camera, and if not, why.
//
// data.attempt 0: looks without asking (secure page? a camera? already blocked?) and reports only
// what stands in the way. data.attempt n > 0, after Start was pressed: opens the camera, which
// asks the visitor once, and reports the outcome. The camera is held open until data.streaming,
// so that the stream that follows opens it without delay, or until HOLD_MS have passed.

const HOLD_MS = 8000
const instances = new WeakMap()

function release(mine) {
  clearTimeout(mine.timer)
  mine.stream?.getTracks().forEach((track) => track.stop())
  mine.stream = null
}

async function look() {
  if (!window.isSecureContext) return "insecure"
  if (!navigator.mediaDevices?.getUserMedia || !window.RTCPeerConnection) return "unsupported"
  try {
    const permission = await navigator.permissions.query({ name: "camera" })
    if (permission.state === "denied") return "NotAllowedError"
  } catch {
    // Not every browser names a camera permission: Start will tell.
  }
  const devices = await navigator.mediaDevices.enumerateDevices()
  return devices.some((device) => device.kind === "videoinput") ? "ok" : "NotFoundError"
}

async function open(mine, constraints) {
  if (!window.isSecureContext) return "insecure"
  if (!navigator.mediaDevices?.getUserMedia || !window.RTCPeerConnection) return "unsupported"
  try {
    mine.stream = await navigator.mediaDevices.getUserMedia(constraints)
    mine.timer = setTimeout(() => release(mine), HOLD_MS)
    return "ok"
  } catch (error) {
    return error.name
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
    const check = attempt === 0 ? look() : open(mine, data.constraints)
    check.then((outcome) => {
      if (attempt !== mine.attempt) return
      if (attempt > 0 || outcome !== "ok") setStateValue("report", { attempt, outcome })
    })
  }
  return () => release(mine)
}

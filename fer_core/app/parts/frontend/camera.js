// Tells the server whether this browser can open the camera, and if not, why.
//
// data.attempt 0: looks without asking (secure page? a camera? already blocked?) and reports only
// what stands in the way. data.attempt n > 0, after Start was pressed: opens the camera, which
// asks the visitor once, and reports the outcome, and which cameras there are. The camera is held
// open until data.streaming, so that the stream that follows opens it without delay, or until
// HOLD_MS have passed.
//
// While the stream runs, a camera that is unplugged is told as "gone". data.waits, after that: tries
// until there is one, and says once that it does. data.visit goes back with every report.
//
// data.camera: the one that the visitor chose; empty for the one that this browser had last on a
// page of this kind.

const HOLD_MS = 8000
const FRAME_MS = 4000
// A camera that is allowed opens within a second or two; a browser that was asked in a bad moment
// sometimes never answers, and answers the next time.
const ANSWER_MS = 6000
const MOST_QUESTIONS = 4
const LOOK_AGAIN_MS = 2000
const MAY_PASS = ["NotFoundError", "OverconstrainedError", "NotReadableError", "AbortError"]
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
    return value ?? ""
  }
}

// streamlit-webrtc's frame of the video takes the camera that it had last, on this page or else on
// any, whatever it is asked for; it reads which when it is loaded. True where it must be loaded anew.
function hand(camera, [stream, next]) {
  const any = "streamlit-webrtc:device-ids"
  const own = `${any}:${stream}`
  let known
  try {
    known = JSON.parse(remembered(own) || remembered(any) || "{}").video
  } catch {
    known = undefined
  }
  const anew = known !== undefined && known !== camera
  remembered(anew ? `${any}:${next}` : own, JSON.stringify({ video: camera }))
  return anew
}

// Until the frame of the video is drawn: one that is told to play before makes several offers of a
// connection. Where it can't be looked into, or takes long, the stream begins without.
async function frameIsReady() {
  for (let waited = 0; waited < FRAME_MS; waited += 50) {
    try {
      const frame = document.querySelector("iframe[title*='webrtc_streamer']")
      if (!frame || frame.contentDocument?.querySelector("#root *")) return
    } catch {
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
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

async function isAllowed() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "granted"
  } catch {
    return false
  }
}

// Asks once more where the visitor has allowed the camera and no answer came; the first one counts.
function askUntilAnswered(constraints, camera) {
  return new Promise((resolve, reject) => {
    let isOver = false
    const put = (questions) => {
      ask(constraints, camera).then((stream) => {
        if (isOver) stream.getTracks().forEach((track) => track.stop())
        isOver = true
        resolve(stream)
      }, (error) => {
        isOver = true
        reject(error)
      })
      setTimeout(async () => {
        if (!isOver && questions < MOST_QUESTIONS && await isAllowed() && !isOver) put(questions + 1)
      }, ANSWER_MS)
    }
    put(1)
  })
}

async function open(mine, { constraints, camera: chosen, streams }) {
  const reason = obstacle()
  if (reason) return { outcome: reason }
  const wanted = remembered(`mien_camera_${constraints.video.facingMode}`, chosen)
  try {
    mine.stream = await askUntilAnswered(constraints, wanted).catch((error) => {
      // The camera of last time is not there any more.
      if (wanted && ["OverconstrainedError", "NotFoundError"].includes(error.name)) {
        return ask(constraints, "")
      }
      throw error
    })
    mine.timer = setTimeout(() => release(mine), HOLD_MS)
    await frameIsReady()
    const settings = mine.stream?.getVideoTracks()[0]?.getSettings?.() ?? {}
    return {
      outcome: "ok",
      camera: settings.deviceId ?? "",
      anew: hand(settings.deviceId, streams),
      facing: settings.facingMode ?? "",
      size: [settings.width ?? 0, settings.height ?? 0],
      cameras: (await cameras()).map((one) => ({ id: one.deviceId, name: one.label })),
    }
  } catch (error) {
    return { outcome: error.name }
  }
}

function untilCamerasChange() {
  return new Promise((resolve) => {
    navigator.mediaDevices.addEventListener("devicechange", resolve, { once: true })
    setTimeout(resolve, LOOK_AGAIN_MS)
  })
}

// As open(); where the camera is away, again and again.
async function openOrWait(mine, data) {
  for (let tries = 0; ; tries += 1) {
    const found = await open(mine, data)
    if (!data.waits || !MAY_PASS.includes(found.outcome) || mine.attempt !== data.attempt) return found
    if (tries === 0) mine.tell({ ...found, waits: true })
    await untilCamerasChange()
  }
}

async function lookAfter(mine) {
  if (!mine.isStreaming || !mine.camera) return
  const there = await cameras()
  if (!there.some((one) => one.deviceId === mine.camera)) mine.tell({ outcome: "gone" })
}

export default function (component) {
  const { parentElement, setStateValue } = component
  const data = JSON.parse(new TextDecoder().decode(component.data))
  let mine = instances.get(parentElement)
  if (!mine) {
    mine = { attempt: null, visit: null, stream: null, timer: null, camera: "" }
    instances.set(parentElement, mine)
    const changed = () => lookAfter(mine)
    navigator.mediaDevices?.addEventListener?.("devicechange", changed)
    mine.end = () => navigator.mediaDevices?.removeEventListener?.("devicechange", changed)
  }
  mine.isStreaming = data.streaming
  if (data.streaming) release(mine)
  if (data.attempt !== mine.attempt || data.visit !== mine.visit) {
    const { attempt, visit } = data
    Object.assign(mine, { attempt, visit })
    mine.tell = (found) => {
      if (attempt === mine.attempt && visit === mine.visit) {
        setStateValue("report", { attempt, visit, ...found })
      }
    }
    const { tell } = mine
    release(mine)
    const check = attempt === 0 ? look() : openOrWait(mine, data)
    check.then((found) => {
      if (attempt === mine.attempt) mine.camera = found.camera ?? ""
      if (attempt > 0 || found.outcome !== "ok") tell(found)
    })
  }
  return () => {
    mine.attempt = null
    mine.end()
    release(mine)
    instances.delete(parentElement)
  }
}

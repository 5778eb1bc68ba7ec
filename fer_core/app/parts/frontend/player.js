// Plays a clip and tells the server where it is: at every start, stop and jump, and every few
// seconds in between. The address is relative, so that the app may lie under any path.

//
// With data.channel it shares one cursor with a timeline of that name: it says its time at every
// frame, and goes where the timeline is clicked, all within the page. The server hears of stops
// only, and where it stands still it goes to data.at_s, in seconds.

const TELL_EVERY_MS = 3000
const SAME_FRAME_S = 0.02
const instances = new WeakMap()

function share(mine, video) {
  const say = () => {
    const detail = { channel: mine.channel, time_s: video.currentTime }
    window.dispatchEvent(new CustomEvent("mien-time", { detail }))
  }
  const eachFrame = () => {
    if (mine.gone) return
    say()
    video.requestVideoFrameCallback(eachFrame)
  }
  if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(eachFrame)
  else video.addEventListener("timeupdate", say)
  mine.seek = ({ detail }) => {
    if (detail.channel !== mine.channel) return
    mine.moved = true
    video.currentTime = detail.time_s
  }
  window.addEventListener("mien-seek", mine.seek)
}

export default function (component) {
  const { parentElement } = component
  const data = JSON.parse(new TextDecoder().decode(component.data))
  const video = parentElement.querySelector("video")
  const mine = instances.get(parentElement) ?? { count: 0 }
  mine.component = component
  mine.unplayable = data.unplayable
  if (!instances.has(parentElement)) {
    instances.set(parentElement, mine)
    const tell = (event) => {
      if (mine.channel && event?.type === "seeked" && mine.moved) {
        mine.moved = false
        return
      }
      if (mine.channel && (event?.type === "playing" || event?.type === "waiting")) return
      mine.count += 1
      const plays = !video.paused && !video.ended && video.readyState > 2
      mine.component.setStateValue("mark", {
        count: mine.count, said_s: performance.now() / 1000, clip_s: video.currentTime, plays, ended: video.ended,
      })
    }
    for (const name of ["playing", "pause", "waiting", "seeked", "ended"]) {
      video.addEventListener(name, tell)
    }
    mine.tell = () => { if (!video.paused && !video.ended && !mine.channel) tell() }
    if (data.channel) share(mine, video)
    video.addEventListener("error", () => {
      const trouble = parentElement.querySelector(".trouble")
      trouble.textContent = mine.unplayable
      trouble.hidden = false
    })
  }
  mine.channel = data.channel
  clearInterval(mine.timer)
  mine.timer = setInterval(mine.tell, TELL_EVERY_MS)
  const address = new URL(data.url.replace(/^\//, ""), document.baseURI).href
  if (mine.address !== address) {
    mine.address = address
    video.src = address
    video.setAttribute("aria-label", data.alt)
  }
  if (data.channel && video.paused && Math.abs(video.currentTime - data.at_s) > SAME_FRAME_S) {
    mine.moved = true
    video.currentTime = data.at_s
  }
  return () => {
    mine.gone = true
    clearInterval(mine.timer)
    if (mine.seek) window.removeEventListener("mien-seek", mine.seek)
    instances.delete(parentElement)
  }
}

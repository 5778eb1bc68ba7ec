// Plays a clip and tells the server where it is: at every start, stop and jump, and every few
// seconds in between. The address is relative, so that the app may lie under any path.

const TELL_EVERY_MS = 3000
const instances = new WeakMap()

export default function (component) {
  const { parentElement } = component
  const data = JSON.parse(new TextDecoder().decode(component.data))
  const video = parentElement.querySelector("video")
  const mine = instances.get(parentElement) ?? { count: 0 }
  mine.component = component
  if (!instances.has(parentElement)) {
    instances.set(parentElement, mine)
    const tell = () => {
      mine.count += 1
      const plays = !video.paused && !video.ended && video.readyState > 2
      mine.component.setStateValue("mark", {
        count: mine.count, said_s: performance.now() / 1000, clip_s: video.currentTime, plays, ended: video.ended,
      })
    }
    for (const name of ["playing", "pause", "waiting", "seeked", "ended"]) {
      video.addEventListener(name, tell)
    }
    mine.tell = () => { if (!video.paused && !video.ended) tell() }
    video.addEventListener("error", () => {
      const trouble = parentElement.querySelector(".trouble")
      trouble.textContent = "This browser cannot play the clip: ask for it as H.264 or VP9."
      trouble.hidden = false
    })
  }
  clearInterval(mine.timer)
  mine.timer = setInterval(mine.tell, TELL_EVERY_MS)
  const address = new URL(data.url.replace(/^\//, ""), document.baseURI).href
  if (mine.address !== address) {
    mine.address = address
    video.src = address
    video.setAttribute("aria-label", data.alt)
  }
  return () => clearInterval(mine.timer)
}

// Says what keeps a page from coming; runs before Streamlit's own scripts, in the page itself.
//
// Streamlit shows a grey outline until the first message of its WebSocket, also where that is refused.
// The first message is the sign that the page has come: after it nothing is said here any more.
// SAYINGS is put in by the server: name -> sentence.

(() => {
  const SAYINGS = {}
  const PATIENT_S = 5
  const IMPATIENT_S = 30
  const TRIES = 3
  const Socket = window.WebSocket
  const note = document.getElementById("mien-opening")
  const begun = Date.now()
  const seen = { tries: 0, refused: 0, isOpen: false }

  function end() {
    clearInterval(timer)
    note.remove()
  }

  function reason() {
    const waited = (Date.now() - begun) / 1000
    if (waited < PATIENT_S) return null
    if (!navigator.onLine && !seen.isOpen) return "offline"
    if (seen.refused >= TRIES && !seen.isOpen) return "refused"
    if (seen.tries === 0) return waited < IMPATIENT_S ? "loading" : "stuck"
    return waited < IMPATIENT_S ? "busy" : "silent"
  }

  function show() {
    const name = reason()
    if (note.dataset.reason === name) return
    note.hidden = name === null
    note.dataset.reason = name
    note.querySelector("p").textContent = SAYINGS[name] ?? ""
    note.querySelector("button").hidden = name === "loading" || name === "busy"
  }

  const timer = setInterval(show, 500)
  note.querySelector("button").addEventListener("click", () => window.location.reload())

  window.WebSocket = class extends Socket {
    constructor(...how) {
      super(...how)
      if (!String(how[0]).includes("/_stcore/stream")) return
      seen.tries += 1
      let wasOpen = false
      this.addEventListener("open", () => { wasOpen = seen.isOpen = true })
      this.addEventListener("close", () => { if (!wasOpen) seen.refused += 1 })
      this.addEventListener("message", end, { once: true })
    }
  }
})()

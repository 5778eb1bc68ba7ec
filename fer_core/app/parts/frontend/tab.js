// Tells the server which tab this is, so that a page that was loaded anew, or was away for longer than
// the server keeps it, finds what it left behind.
//
// The name is drawn once and lies in the tab's own storage, which no other tab has. One that was
// duplicated has a copy: the first one holds a lock of that name, so the second draws another.

const NAME = "mien_tab"
const WAIT_MS = 1500
const OF_PAGE = Symbol.for("mien.tab")

function hold(tab) {
  return new Promise((resolve) => {
    const untilClosed = () => {
      resolve(true)
      return new Promise(() => {})
    }
    // A page that is being left lets go of its lock a moment later.
    const signal = AbortSignal.timeout(WAIT_MS)
    navigator.locks.request(`mien-tab-${tab}`, { signal }, untilClosed).catch(() => resolve(false))
  })
}

// Empty where the browser has no locks or no storage for this page: then nothing is found again.
async function claim() {
  try {
    const known = window.sessionStorage.getItem(NAME)
    if (known && await hold(known)) return known
    const drawn = crypto.randomUUID()
    window.sessionStorage.setItem(NAME, drawn)
    return await hold(drawn) ? drawn : ""
  } catch {
    return ""
  }
}

export default function (component) {
  const { parentElement, setStateValue } = component
  window[OF_PAGE] ??= claim()
  // Once is enough: every telling is a run of the script.
  if (parentElement.querySelector("i")) return
  parentElement.appendChild(document.createElement("i")).hidden = true
  window[OF_PAGE].then((tab) => {
    if (tab) setStateValue("tab", tab)
  })
}

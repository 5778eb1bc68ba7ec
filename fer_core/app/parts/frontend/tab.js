// Tells the server which tab this is, so that a page that was loaded anew, or was away for longer than
// the server keeps it, finds what it left behind.
//
// The name is drawn once and lies in the tab's own storage, which no other tab has. One that was
// duplicated has a copy: the first one holds a lock of that name, so the second draws another.

const NAME = "mien_tab"
const OF_PAGE = Symbol.for("mien.tab")
// A page that is being left lets go of its lock at once, but a busy browser may be slow to hear of
// it. Only a page that is loaded anew surely lies in the tab of the one that had the name.
const WAIT_MS = { reload: 20_000, other: 1500 }

function hold(tab) {
  const { type } = performance.getEntriesByType("navigation")[0] ?? {}
  return new Promise((resolve) => {
    const untilLeft = () => {
      resolve(true)
      return new Promise((letGo) => window.addEventListener("pagehide", letGo, { once: true }))
    }
    const signal = AbortSignal.timeout(WAIT_MS[type] ?? WAIT_MS.other)
    navigator.locks.request(`mien-tab-${tab}`, { signal }, untilLeft).catch(() => resolve(false))
  })
}

// One that comes back as it was left holds its name again.
window.addEventListener("pageshow", async ({ persisted }) => {
  if (persisted && await window[OF_PAGE]) hold(await window[OF_PAGE])
})

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

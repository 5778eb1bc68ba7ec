// Hands signed tickets to the server's route, which answers with HttpOnly cookies: a page's own
// script can neither set nor read those. Each ticket is sent once; they are void after a minute. Whether
// the browser has the cookie is told to the page where it asked.

const AGAIN_MS = [2000, 5000, 15000]
const sent = new Map()

// The app may lie below a sub-path; its own scripts lie where it does.
function addressOf(route) {
  const script = document.querySelector("script[src*='/static/js/'], script[src^='static/js/']")
  if (!script) return route
  return new URL(route.slice(1), script.src.slice(0, script.src.indexOf("static/js/"))).href
}

// Whether the browser was given the cookie. What does not reach the server is sent again while the
// ticket holds, and after that with the next run.
async function send(route, ticket) {
  for (const waitMs of [0, ...AGAIN_MS]) {
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    try {
      const answer = await fetch(addressOf(route), { method: "POST", body: ticket, credentials: "same-origin" })
      return answer.ok
    } catch {
      // The network is away: once more.
    }
  }
  sent.delete(ticket)
  return false
}

export default function (component) {
  const { route, tickets, asked } = JSON.parse(new TextDecoder().decode(component.data))
  for (const ticket of tickets) {
    if (!sent.has(ticket)) sent.set(ticket, send(route, ticket))
  }
  // Every telling is a run of the script: only where the page waits for it, and until it has heard.
  for (const ticket of asked) {
    sent.get(ticket)?.then((isKept) => component.setStateValue("answer", { ticket, isKept }))
  }
}

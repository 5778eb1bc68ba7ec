// Hands signed tickets to the server's route, which answers with HttpOnly cookies: a page's own
// script can neither set nor read those. Each ticket is sent once; they are void after a minute.

const sent = new Set()

export default function (component) {
  const { route, tickets } = JSON.parse(new TextDecoder().decode(component.data))
  for (const ticket of tickets) {
    if (sent.has(ticket)) continue
    sent.add(ticket)
    fetch(route, { method: "POST", body: ticket, credentials: "same-origin" }).catch(() => {
      sent.delete(ticket)
    })
  }
}

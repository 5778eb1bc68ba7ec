// The choice of a language. Tells the browser which one the page is written in and which way it runs,
// for hyphens and screen readers, and keeps what the visitor chose for later visits.

function keep(name, code) {
  const script = document.querySelector("script[src*='/static/js/'], script[src^='static/js/']")
  if (!script) return
  const { pathname } = new URL("../../", script.src) // the app may lie below a sub-path
  document.cookie = `${name}=${code}; path=${pathname}; max-age=31536000; samesite=lax`
}

export default function (component) {
  const { parentElement, setStateValue } = component
  const { code, direction, names, label, cookie } = JSON.parse(new TextDecoder().decode(component.data))
  document.documentElement.lang = code
  document.documentElement.dir = direction
  const select = parentElement.querySelector("select")
  select.setAttribute("aria-label", label)
  select.title = label
  if (!select.options.length) {
    for (const [value, name] of Object.entries(names)) {
      const option = new Option(name, value)
      option.lang = value
      select.append(option)
    }
  }
  select.value = code
  select.onchange = () => {
    keep(cookie, select.value)
    setStateValue("code", select.value)
  }
}

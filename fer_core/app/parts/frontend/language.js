// The choice of a language. Tells the browser which one the page is written in and which way it runs,
// for hyphens and screen readers, and keeps what the visitor chose for later visits.
//
// A page begins anew in another language: Streamlit's choices are told by the words that they showed,
// so that a page whose words change under a browser would lose what was chosen, unseen.

const PAUSE_MS = 500 // whoever goes through the list by keyboard passes others on the way
const FOCUS = "mien_language_focus"
let timer = 0

function keep(name, code) {
  const script = document.querySelector("script[src*='/static/js/'], script[src^='static/js/']")
  if (!script) return
  const { pathname } = new URL("../../", script.src) // the app may lie below a sub-path
  document.cookie = `${name}=${code}; path=${pathname}; max-age=31536000; samesite=lax`
}

function isKept(name, code) {
  return document.cookie.split("; ").includes(`${name}=${code}`)
}

function beginAnew() {
  try {
    sessionStorage.setItem(FOCUS, "1")
  } catch {
    // without storage the keyboard begins at the top again
  }
  location.reload()
}

function takeFocus(select) {
  try {
    if (sessionStorage.getItem(FOCUS) === null) return
    sessionStorage.removeItem(FOCUS)
  } catch {
    return
  }
  select.focus()
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
    clearTimeout(timer)
    keep(cookie, select.value)
    if (select.value === code) return
    if (isKept(cookie, select.value)) timer = setTimeout(beginAnew, PAUSE_MS)
    else setStateValue("code", select.value)
  }
  takeFocus(select)
}

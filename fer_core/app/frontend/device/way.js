// Keeps where a visitor had the picture analysed last, for the next visit: a cookie with that one
// word, below the app's own address.

/** @param {{data: Uint8Array}} component */
export default function (component) {
  const { name, way } = JSON.parse(new TextDecoder().decode(component.data))
  /** @type {HTMLScriptElement | null} */
  const script = document.querySelector("script[src*='static/js/']")
  if (!script) return
  const { pathname } = new URL("../../", script.src)
  document.cookie = `${name}=${way}; path=${pathname}; max-age=31536000; samesite=lax`
}

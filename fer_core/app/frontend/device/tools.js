// What a visitor does while it runs: keep a moment (M), take the picture along (S).

import { t } from "./words.js"

/**
 * Whether a key was pressed as a shortcut: alone, and not into a field.
 * @param {KeyboardEvent} event
 */
function isShortcut(event) {
  const [target] = event.composedPath()
  const isField = target instanceof HTMLElement &&
    (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))
  return !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat && !isField
}

export class Tools {
  /** @type {number[]} moments that were kept, in seconds of the stream */
  marks = []

  /**
   * @param {ParentNode} root holds view.html
   * @param {() => number} now the moment that is shown, in seconds of the stream; NaN for none
   * @param {{onMark: () => void, onSnapshot: () => void}} tell
   */
  constructor(root, now, { onMark, onSnapshot }) {
    const find = (/** @type {string} */ name) =>
      /** @type {HTMLButtonElement} */ (root.querySelector(`.${name}`))
    this.mark = find("mark-moment")
    this.snapshot = find("snapshot")
    this.mark.onclick = () => {
      const timeS = now()
      if (!Number.isFinite(timeS)) return
      this.marks.push(timeS)
      this.show(true)
      onMark()
    }
    this.snapshot.onclick = onSnapshot
    this.onKey = (/** @type {KeyboardEvent} */ event) => {
      const button = { m: this.mark, s: this.snapshot }[event.key.toLowerCase()]
      if (button && !button.disabled && button.offsetParent && isShortcut(event)) button.click()
    }
    window.addEventListener("keydown", this.onKey)
  }

  begin() {
    this.marks = []
    this.show(false)
  }

  /** @param {boolean} isReady whether there is a picture to mark or take */
  show(isReady) {
    const text = [t("Mark"), ...(this.marks.length > 0 ? [this.marks.length] : [])].join(" · ")
    const label = /** @type {HTMLElement} */ (this.mark.firstElementChild)
    if (label.textContent !== text) label.textContent = text
    this.mark.disabled = this.snapshot.disabled = !isReady
  }

  end() {
    window.removeEventListener("keydown", this.onKey)
  }
}

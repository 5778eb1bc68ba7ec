// Valence, blinks and measures of the face in focus, folded away (fer_core/app/parts/measures.py).

import { affectText, blinkText, measureRows, t } from "./words.js"

/**
 * Draw them where they are unfolded.
 * @param {ParentNode} root holds view.html
 * @param {import("./types.js").FrameResult | null} result
 * @param {import("./types.js").Numbers} numbers
 */
export function showGauges(root, result, numbers) {
  const details = /** @type {HTMLDetailsElement} */ (root.querySelector(".gauges"))
  if (!details.open) return
  const find = (/** @type {string} */ name) =>
    /** @type {HTMLElement} */ (details.querySelector(`.${name}`))
  const one = result && result.focus >= 0 ? result.faces[result.focus] : null
  find("affect").textContent = one ? affectText(one.smoothed, numbers.affect) : t("No face in view")
  find("blinks").textContent = result && one ? blinkText(result.blinks) : ""
  const rows = one ? measureRows(one.face.measures, numbers.measures.names) : []
  find("lengths").hidden = find("unit").hidden = rows.length === 0
  find("body").replaceChildren(...rows.map((cells) => {
    const row = document.createElement("tr")
    row.append(...cells.map((text, index) => {
      const cell = document.createElement(index === 0 ? "th" : "td")
      cell.textContent = text
      return cell
    }))
    return row
  }))
}

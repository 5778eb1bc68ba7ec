// Files that a visitor takes along: made here, saved among their own.

/**
 * @param {string} name
 * @param {Blob} content
 */
export function save(name, content) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/**
 * A moment in a file's name, in the visitor's own time: 20260501-140500.
 * @param {Date} moment
 */
export function stampOf(moment) {
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0")
  const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())]
  const time = [moment.getHours(), moment.getMinutes(), moment.getSeconds()]
  return `${day.join("")}-${time.map(two).join("")}`
}

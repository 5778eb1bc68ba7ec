// Saves the picture that plays, with what is drawn on it, as a PNG among the visitor's own files.
//
// data.count grows by one with every wish; data.container is the key of the element around the
// video's frame; data.name that of the file, without its ending.

const instances = new WeakMap()

function save(video, name) {
  const canvas = document.createElement("canvas")
  canvas.width = video.videoWidth
  canvas.height = video.videoHeight
  canvas.getContext("2d").drawImage(video, 0, 0)
  canvas.toBlob((blob) => {
    const link = document.createElement("a")
    link.href = URL.createObjectURL(blob)
    link.download = `${name}.png`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }, "image/png")
}

export default function (component) {
  const { parentElement } = component
  const data = JSON.parse(new TextDecoder().decode(component.data))
  const before = instances.get(parentElement) ?? data.count
  instances.set(parentElement, data.count)
  if (data.count <= before) return
  const frame = document.querySelector(`.st-key-${data.container} iframe`)
  const video = frame?.contentDocument?.querySelector("video")
  if (video?.videoWidth) save(video, data.name)
}

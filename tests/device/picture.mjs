// The picture that both sides compute instead of keeping it.

/** As write_vectors.picture. */
export function picture(width, height) {
  const data = new Uint8Array(width * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const waves = 128 + 50 * Math.sin(x / 9) * Math.cos(y / 7) +
        30 * ((Math.floor(x / 16) + Math.floor(y / 16)) % 2)
      data[y * width + x] = Math.min(Math.max(Math.floor(waves + (20 * x) / width), 0), 255)
    }
  }
  return { width, height, channels: 1, data }
}

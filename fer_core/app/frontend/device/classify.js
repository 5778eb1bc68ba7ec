// Crops in, calibrated probabilities out (fer_core/classification: preprocess.py, classifier.py).

/** @typedef {import("./types.js").ClassifyNumbers} ClassifyNumbers */
/** @typedef {import("./types.js").Run} Run */

/**
 * A crop as the network's input.
 * @param {ArrayLike<number>} crop
 * @param {ClassifyNumbers} numbers
 * @param {Float32Array} [out]
 */
export function normalize(crop, numbers, out = new Float32Array(crop.length)) {
  let [shift, scale] = [0, 1 / 255]
  if (numbers.normalize === "signed") [shift, scale] = [127.5, 1 / 127.5]
  else if (numbers.normalize === "image") {
    let sum = 0
    for (let index = 0; index < crop.length; index += 1) sum += crop[index]
    shift = sum / crop.length
    let squares = 0
    for (let index = 0; index < crop.length; index += 1) squares += (crop[index] - shift) ** 2
    scale = 1 / Math.max(Math.sqrt(squares / crop.length), numbers.min_deviation)
  }
  for (let index = 0; index < crop.length; index += 1) out[index] = (crop[index] - shift) * scale
  return out
}

/**
 * @param {ArrayLike<number>} logits
 * @param {number} temperature
 */
export function softmax(logits, temperature) {
  const scaled = Array.from(logits, (one) => one / temperature)
  const most = Math.max(...scaled)
  const powers = scaled.map((one) => Math.exp(one - most))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((one) => one / sum)
}

/**
 * The seven probabilities from the network's raw outputs.
 * @param {Record<string, ArrayLike<number>>} logits
 * @param {ClassifyNumbers} numbers
 * @param {number} count of emotions
 */
export function serve(logits, numbers, count) {
  const served = new Array(count).fill(0)
  for (const [name, weight] of Object.entries(numbers.served)) {
    const probs = softmax(logits[name], numbers.temperatures[name] ?? 1)
    if (name === "fer") {
      numbers.columns.forEach((column, row) => { served[column] += weight * probs[row] })
    } else {
      const seven = probs.slice(0, count)
      const sum = seven.reduce((a, b) => a + b, 0)
      seven.forEach((one, column) => { served[column] += (weight * one) / sum })
    }
  }
  return served
}

export class Classifier {
  /**
   * @param {Run} run
   * @param {ClassifyNumbers} numbers
   * @param {number} count of emotions
   */
  constructor(run, numbers, count) {
    this.run = run
    this.numbers = numbers
    this.count = count
    this.input = new Float32Array(numbers.size ** 2)
  }

  /**
   * @param {import("./image.js").Plane} crop
   * @returns {Promise<number[]>} seven, calibrated, sum 1
   */
  async predict(crop) {
    const outputs = await this.run(normalize(crop.data, this.numbers, this.input))
    /** @type {Record<string, Float32Array>} */
    const logits = {}
    // Outputs are told apart by their number of classes, as Python does.
    for (const [name, classes] of Object.entries(this.numbers.outputs)) {
      const found = outputs.find((one) => one.length === classes)
      if (!found) throw new Error(`The model has no output of ${classes} classes.`)
      logits[name] = found
    }
    return serve(logits, this.numbers, this.count)
  }
}

// Loads LiteRT's WebAssembly and the networks' files.

/** @typedef {import("./types.js").Run} Run */

/**
 * Content of a file, or an error that says which one.
 * @param {string} url
 * @returns {Promise<Uint8Array>}
 */
export async function fetchBytes(url) {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} could not be loaded (${response.status}).`)
  return new Uint8Array(await response.arrayBuffer())
}

/**
 * A file that is kept compressed: not every server compresses what it serves.
 * @param {string} url
 */
async function fetchCompressed(url) {
  const response = await fetch(url)
  if (!response.ok || !response.body) {
    throw new Error(`${url} could not be loaded (${response.status}).`)
  }
  const plain = response.body.pipeThrough(new DecompressionStream("gzip"))
  return new Uint8Array(await new Response(plain).arrayBuffer())
}

/**
 * The runtime, once a worker.
 * @param {string} folder where it is served, with a slash at the end
 * @param {string} build
 */
export async function loadRuntime(folder, build) {
  const [library, wasmBinary] = await Promise.all([
    import(`${folder}index.js`),
    fetchCompressed(`${folder}${build}.wasm.gz`),
  ])
  // LiteRT's loader looks here for what it should not fetch itself.
  Object.assign(self, { Module: { wasmBinary } })
  await library.loadLiteRt(`${folder}${build}.js`)
  return library
}

/** A network that no browser can run, though its file is whole. */
export class ShapeError extends Error {
  name = "ShapeError"
}

/**
 * @param {any} library of `loadRuntime`
 * @param {Uint8Array} content of a LiteRT file with static shapes
 * @returns {Promise<Run>}
 */
export async function compileNetwork(library, content) {
  const model = await library.loadAndCompile(content, { accelerator: "wasm" })
  const shape = [...model.getInputDetails()[0].shape]
  if (shape.some((side) => !(side > 0))) {
    throw new ShapeError(`An input has no fixed shape: ${shape.join(" x ")}.`)
  }
  return async (input) => {
    const tensor = new library.Tensor(input, shape)
    try {
      const outputs = await model.run([tensor])
      return outputs.map((/** @type {any} */ output) => {
        const values = Float32Array.from(output.toTypedArray())
        output.delete()
        return values
      })
    } finally {
      tensor.delete()
    }
  }
}

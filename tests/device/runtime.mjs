// LiteRT's WebAssembly under node: the very files that browsers load, with what they lack here.

import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import vm from "node:vm"
import { gunzipSync } from "node:zlib"

import { compileNetwork } from "../../fer_core/app/frontend/device/networks.js"

const folder = new URL("../../fer_core/app/frontend/vendor/litert/", import.meta.url)
const BUILD = "litert_wasm_compat_internal"

/** As networks.loadRuntime, from the disk. */
export async function loadRuntime() {
  const quiet = () => undefined
  Object.assign(globalThis, {
    self: globalThis,
    require: createRequire(import.meta.url),
    __dirname: folder.pathname,
    __filename: folder.pathname,
    importScripts: (path) => vm.runInThisContext(readFileSync(new URL(path), "utf8")),
    Module: {
      wasmBinary: gunzipSync(readFileSync(new URL(`${BUILD}.wasm.gz`, folder))),
      print: quiet,
      printErr: quiet,
    },
  })
  const { warn } = console
  console.warn = quiet // it looks for a graphics card
  const library = await import(new URL("index.js", folder).href)
  await library.loadLiteRt(new URL(`${BUILD}.js`, folder).href)
  console.warn = warn
  return library
}

/**
 * @param {any} library
 * @param {string | URL} path
 */
export function readNetwork(library, path) {
  return compileNetwork(library, new Uint8Array(readFileSync(path)))
}

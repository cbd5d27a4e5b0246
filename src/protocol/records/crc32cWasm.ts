import { crc32cTables } from "./crc32cTables.ts";

// Assembled, and shown as text, by scripts/records/crc32cModule.ts; a test holds the two together.
/** The WebAssembly module, base64. */
export const crc32cModuleText =
  "AGFzbQEAAAABCAFgA39/fwF/AwIBAAUDAQACBxMCBm1lbW9yeQIABnVwZGF0ZQAACuECAd4CAQF/AkADQCACIAFrQRBJDQEgASgA" +
  "ACAAcyEDIANBAnRB/AdxKACAeCADQQZ2QfwHcSgAgHBzIANBDnZB/AdxKACAaCADQRZ2QfwHcSgAgGBzcyEAIAEoAAQhAyAAIANB" +
  "AnRB/AdxKACAWCADQQZ2QfwHcSgAgFBzIANBDnZB/AdxKACASCADQRZ2QfwHcSgAgEBzc3MhACABKAAIIQMgACADQQJ0QfwHcSgA" +
  "gDggA0EGdkH8B3EoAIAwcyADQQ52QfwHcSgAgCggA0EWdkH8B3EoAIAgc3NzIQAgASgADCEDIAAgA0ECdEH8B3EoAIAYIANBBnZB" +
  "/AdxKACAEHMgA0EOdkH8B3EoAIAIIANBFnZB/AdxKAAAc3NzIQAgAUEQaiEBDAALCwJAA0AgASACRg0BIAAgAS0AAHMhAyADQQJ0" +
  "QfwHcSgAACAAQQh2cyEAIAFBAWohAQwACwsgAAs=";

const tableBytes = 16 * 1024;
const memoryBytes = 2 * 64 * 1024;
// Small enough to stay in the first caches between the copy and the read.
const chunkBytes = 32 * 1024;

// The types of the DOM are not in scope here; this is what we need of WebAssembly.
interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly update: (crc: number, at: number, end: number) => number;
}

/** CRC-32C in WebAssembly, sixteen bytes at a time, or `undefined` where WebAssembly is switched off. */
export function instantiateCrc32c(
  api: WasmApi | null = (globalThis as { readonly WebAssembly?: WasmApi }).WebAssembly ?? null,
): ((bytes: Uint8Array, previous?: number) => number) | undefined {
  if (api === null) return undefined;
  let exports: Exports;
  try {
    const code = Uint8Array.from(atob(crc32cModuleText), (char) => char.charCodeAt(0));
    exports = new api.Instance(new api.Module(code)).exports as Exports;
  } catch {
    // A policy may leave the name and forbid the compiling; the fallback serves both.
    return undefined;
  }
  const { memory, update } = exports;
  new Int32Array(memory.buffer, 0, tableBytes / 4).set(crc32cTables(16));
  const input = new Uint8Array(memory.buffer, tableBytes, memoryBytes - tableBytes);

  return (bytes, previous = 0) => {
    let crc = ~previous;
    for (let from = 0; from < bytes.length; from += chunkBytes) {
      const chunk =
        from === 0 && bytes.length <= chunkBytes ? bytes : bytes.subarray(from, from + chunkBytes);
      input.set(chunk);
      crc = update(crc, tableBytes, tableBytes + chunk.length);
    }
    return ~crc >>> 0;
  };
}

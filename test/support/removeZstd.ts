import { createRequire, syncBuiltinESMExports } from "node:module";

/** Takes zstd out of node:zlib before any code of ours looks for it, as on a Node that never had it. */
const zlib = createRequire(import.meta.url)("node:zlib") as Record<string, unknown>;
for (const name of Object.keys(zlib).filter((each) => /zstd/i.test(each))) {
  Object.defineProperty(zlib, name, { value: undefined, configurable: true });
}
syncBuiltinESMExports();

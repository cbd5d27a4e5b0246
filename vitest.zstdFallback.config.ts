import { defineConfig } from "vitest/config";
import { strict, unitTests } from "./vitest.config.ts";

/** The unit tests once more, as an editor whose node:zlib has no zstd runs our code. */
export default defineConfig({
  test: { ...strict, ...unitTests, name: "zstd-fallback", setupFiles: ["test/support/removeZstd.ts"] },
});

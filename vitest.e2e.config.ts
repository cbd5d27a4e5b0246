import { defineConfig } from "vitest/config";
import { strict } from "./vitest.config.ts";

/** Journeys in a real browser on a real VS Code: one file after the other, as each has a host of its own. */
export default defineConfig({
  test: {
    ...strict,
    name: "e2e",
    include: ["test/e2e/**/*.test.ts"],
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
    teardownTimeout: 30_000,
  },
});

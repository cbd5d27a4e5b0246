import { defineConfig } from "vitest/config";

/** Tests with a folder of their own, because they need more than a moment or more than Node. */
const kinds = {
  conformance: { testTimeout: 120_000 },
  simulation: { testTimeout: 120_000 },
  integration: { testTimeout: 60_000 },
  interop: { testTimeout: 60_000 },
};

const elsewhere = [...Object.keys(kinds), "e2e", "extension", "bench"].map((kind) => `test/${kind}/**`);

/** Never green by accident; two cores are what continuous integration has. */
export const strict = { passWithNoTests: false, allowOnly: false, maxWorkers: 2 };

export const unitTests = {
  name: "unit",
  include: ["test/**/*.test.ts"],
  exclude: elsewhere,
  testTimeout: 30_000,
};

/** Everything that runs outside of an editor; `vitest run --project unit` picks one kind. */
export default defineConfig({
  test: {
    ...strict,
    projects: [
      { test: unitTests },
      ...Object.entries(kinds).map(([name, { testTimeout }]) => ({
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          testTimeout,
          hookTimeout: 180_000,
          teardownTimeout: 30_000,
        },
      })),
    ],
  },
});

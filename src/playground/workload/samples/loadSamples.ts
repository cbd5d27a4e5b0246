/** What makes samples: a large library, read when somebody first produces. */
export type Samples = typeof import("./fakeSamples.ts");

/**
 * Brings the library in. Its first time takes real time, so whoever runs on a virtual clock and wants the same run twice
 * calls this before the run begins.
 */
export function loadSamples(): Promise<Samples> {
  return import("./fakeSamples.ts");
}

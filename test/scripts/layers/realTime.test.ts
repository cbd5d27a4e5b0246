import { describe, expect, test } from "vitest";
import { findRealTime } from "#scripts/layers/realTime.ts";

describe("real time and randomness", () => {
  test.each(["Date.now()", "setTimeout(run, 5)", "Math.random()", "AbortSignal.timeout(5)"])(
    "%s is found in a layer that has them injected",
    (code) => {
      expect(findRealTime("src/engine/a.ts", `first();\nconst it = ${code};`)).toEqual([
        expect.stringContaining("src/engine/a.ts:2"),
      ]);
    },
  );

  test.each([
    ["src/node/systemClock.ts", "Date.now()"],
    ["src/webview/records/main.tsx", "setTimeout(run, 5)"],
    ["src/base/clock.ts", "// instead of setTimeout(run, 5)"],
    ["src/base/clock.ts", " * Never Date.now()."],
    ["src/views/timeText.ts", "new Date(at).toISOString()"],
  ])("%s may say %s", (file, code) => {
    expect(findRealTime(file, code)).toEqual([]);
  });
});

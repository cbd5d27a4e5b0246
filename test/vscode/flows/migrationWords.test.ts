import { expect, test } from "vitest";
import { stepText, stoppedText } from "#vscode/flows/migrationWords.ts";

const step = {
  name: "worker-1",
  protocol: "cooperative-sticky, range",
  round: 1,
  member: 1,
  members: 2,
} as const;

test("a step says who restarts with what", () => {
  expect(stepText({ ...step, waitsForClock: false })).toBe(
    "round 1 of 2, member 1 of 2: worker-1 comes back with cooperative-sticky, then range",
  );
});

test("a step that gets no further while the clock is paused says that first", () => {
  expect(stepText({ ...step, waitsForClock: true })).toMatch(/^waits, as the playground's clock is paused/);
});

test("a migration that was cancelled says who offers what now, and by what the group goes on", () => {
  const text = stoppedText("billing", "cooperative-sticky", {
    members: [
      { name: "worker-1", protocol: "cooperative-sticky, range" },
      { name: "worker-2", protocol: "range" },
      { name: "worker-3", protocol: "range" },
    ],
    last: { name: "worker-1", protocol: "cooperative-sticky, range" },
  });

  expect(text).toBe(
    "The migration of billing to cooperative-sticky was stopped half way. worker-1 offers cooperative-sticky, then range; worker-2, worker-3 offer range. The group goes on with what all offer: range.",
  );
});

test("members that were left without a common assignor are not said to go on", () => {
  const text = stoppedText("billing", "range", {
    members: [
      { name: "worker-1", protocol: "range" },
      { name: "worker-2", protocol: "cooperative-sticky" },
    ],
    last: undefined,
  });

  expect(text).toContain("no assignor in common");
});

test("who was leaving when a migration was cancelled is not left out", () => {
  const text = stoppedText("billing", "cooperative-sticky", {
    members: [{ name: "worker-2", protocol: "range" }],
    last: { name: "worker-1", protocol: "cooperative-sticky, range" },
  });

  expect(text).toContain(
    "worker-1 will come back with cooperative-sticky, then range; worker-2 offers range. The group goes on with what all offer: range.",
  );
});

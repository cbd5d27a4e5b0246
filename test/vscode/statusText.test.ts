import { expect, test } from "vitest";
import type { HostStatus } from "#host/channel/hostContract.ts";
import { statusText, statusTooltip } from "#vscode/statusText.ts";

const quiet: HostStatus = {
  clusters: 0,
  playground: { running: false, address: undefined, clockPaused: false },
  sessions: 0,
  listedSessions: 0,
  waitingCommits: 0,
  findings: { errors: 0, warnings: 0 },
  openTraces: 0,
  resumable: [],
};

test("with nothing to say there is no status bar item", () => {
  expect(statusText(quiet)).toBeUndefined();
});

test("errors come first, then consumers", () => {
  const status = { ...quiet, sessions: 2, waitingCommits: 1, findings: { errors: 1, warnings: 2 } };

  expect(statusText(status)).toBe("$(search) $(error) 3 · 2 consumers");
  expect(statusTooltip(status)).toBe("1 error, 2 warnings, 2 debug consumers, 1 commit waiting");
});

test("a playground alone is named with its address", () => {
  const status = { ...quiet, playground: { ...quiet.playground, running: true, address: "127.0.0.1:9092" } };

  expect(statusText(status)).toBe("$(search) playground");
  expect(statusTooltip(status)).toBe("playground on 127.0.0.1:9092");
});

test("a clock that is paused is said as long as it is, whatever else there is to say", () => {
  const playground = { running: true, address: "127.0.0.1:9092", clockPaused: true };

  expect(statusText({ ...quiet, playground })).toBe("$(search) playground · $(debug-pause) clock paused");
  expect(statusText({ ...quiet, sessions: 1, playground })).toContain(
    "1 consumer · $(debug-pause) clock paused",
  );
  expect(statusTooltip({ ...quiet, playground })).toContain("its clock is paused");
});

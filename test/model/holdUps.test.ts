import { expect, test } from "vitest";
import type { Observation } from "#trace/observation.ts";
import type { SessionGate } from "#trace/observations/session.ts";
import { clusterOf, modelOf, seen, started, tp } from "./observed.ts";

const gate = (rest: Partial<SessionGate>): SessionGate => ({
  type: "session.gate",
  sessionId: "s1",
  held: true,
  ...rest,
});

const holdUpsOf = (...observations: readonly Observation[]) =>
  clusterOf(modelOf(seen(0, started()), ...observations)).sessions.get("s1")?.holdUps;

test("a held gate is one span from the first poll to the release, with the wait in it", () => {
  const holdUps = holdUpsOf(
    seen(100, gate({ heldSince: 100, records: 5 })),
    seen(200, gate({ heldSince: 100, records: 5, waitingSince: 200, reason: "a member joined" })),
    seen(900, gate({ held: false })),
  );

  expect(holdUps?.gates).toEqual([
    { fromAt: 100, toAt: 900, records: 5, waitedSince: 200, reason: "a member joined" },
  ]);
});

test("a callback that waits for the release stays in the span after it ran", () => {
  const waits = { since: 300, callback: "assigned", partitions: tp("orders", 1) } as const;

  const holdUps = holdUpsOf(
    seen(100, gate({ heldSince: 100, records: 5 })),
    seen(300, gate({ heldSince: 100, records: 5, callbackWaits: waits })),
    seen(900, gate({ held: false })),
  );

  expect(holdUps?.gates).toMatchObject([
    { fromAt: 100, toAt: 900, waitedSince: undefined, callbackWaited: { callback: "assigned", since: 300 } },
  ]);
});

test("a callback is one span, open until it returned", () => {
  const begun = {
    type: "session.callback",
    sessionId: "s1",
    callback: "revoked",
    partitions: tp("orders", 3),
    startedAt: 100,
  } as const;

  expect(holdUpsOf(seen(100, begun))?.callbacks).toMatchObject([{ fromAt: 100, toAt: undefined }]);
  expect(holdUpsOf(seen(100, begun), seen(700, { ...begun, endedAt: 700 }))?.callbacks).toMatchObject([
    { callback: "revoked", fromAt: 100, toAt: 700 },
  ]);
});

test("a session that ends, ends what it held", () => {
  const holdUps = holdUpsOf(
    seen(100, gate({ heldSince: 100, records: 5 })),
    seen(500, { type: "session.ended", sessionId: "s1", reason: "failed", couldNot: [] }),
  );

  expect(holdUps?.gates).toMatchObject([{ fromAt: 100, toAt: 500 }]);
});

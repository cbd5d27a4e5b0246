import { expect, test } from "vitest";
import { findSlowCallbacks } from "#model/detectors/slowCallback.ts";
import type { SessionCallback } from "#trace/observations/session.ts";
import { clusterOf, modelOf, seen, started, tp } from "../observed.ts";

const begun: SessionCallback = {
  type: "session.callback",
  sessionId: "s1",
  callback: "revoked",
  partitions: tp("orders", 3, 4),
  startedAt: 1_000,
};

test("a callback that runs too long is named with its partitions and what waits for it", () => {
  const cluster = clusterOf(modelOf(seen(500, started()), seen(1_000, begun)));

  expect(findSlowCallbacks(cluster, 5_999, 5_000)).toEqual([]);
  const [finding] = findSlowCallbacks(cluster, 6_000, 5_000);

  expect(finding).toMatchObject({
    title: "A: on-revoked callback runs",
    lastedMs: 5_000,
    detail: "about orders-3, orders-4",
    since: 1_000,
  });
  expect(finding?.cause).toContain("the rebalance cannot end");
  expect(finding?.remedies.map(({ action }) => action.kind)).toEqual(["showRebalances", "stopSession"]);
});

test("a callback that returned is no finding, however long it took", () => {
  const model = modelOf(
    seen(500, started()),
    seen(1_000, begun),
    seen(60_000, { ...begun, endedAt: 60_000 }),
  );

  expect(findSlowCallbacks(clusterOf(model), 61_000, 5_000)).toEqual([]);
});

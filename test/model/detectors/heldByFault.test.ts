import { expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import type { BrokerFault } from "#trace/observations/broker.ts";
import { byBroker, modelOf, seen } from "../observed.ts";

const fault = {
  type: "broker.fault",
  faultId: "f1",
  kind: "holdSyncGroup",
  title: "hold SyncGroup of billing",
  enabled: true,
  removed: false,
  hits: 13,
  holding: 2,
  since: 1_000,
  groupId: "billing",
} as const;

const found = (changes: Partial<BrokerFault>, now: number) =>
  detect(modelOf(seen(2_000, { ...fault, ...changes }, byBroker)), now).filter(
    ({ kind }) => kind === "heldByFault",
  );

test("a fault that goes on holding answers stays a finding after everybody who waited gave up", () => {
  const [finding] = found({}, 61_000);

  expect(finding?.title).toBe("Fault holds 2 answers: hold SyncGroup of billing");
  expect(finding?.subjects).toEqual([{ kind: "group", groupId: "billing" }]);
  expect(finding?.remedies.map(({ action }) => action.kind)).toEqual(["disableFault"]);
});

test("a fault that holds nothing, or was just turned on, is none", () => {
  expect(found({ holding: 0 }, 61_000)).toEqual([]);
  expect(found({}, 5_000)).toEqual([]);
});

test("a fault that was on for long before it held anything counts from the oldest that it holds", () => {
  const held = { since: 1_000, heldSince: 90_000, holding: 3 };

  const early = found(held, 100_000);
  const [late] = found(held, 121_000);

  expect(early).toEqual([]);
  expect(late).toMatchObject({
    title: "Fault holds 3 answers: hold SyncGroup of billing",
    detail: "the oldest for 31.0 s · 13 requests hit so far",
    since: 90_000,
  });
});

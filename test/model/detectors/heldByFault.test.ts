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
  expect(found({ heldSince: 2_000 }, 5_000)).toEqual([]);
});

test("a fault that was on for long before it held anything counts from the oldest that it holds", () => {
  const held = { since: 1_000, heldSince: 90_000, holding: 3 };

  const early = found(held, 99_000);
  const [late] = found(held, 121_000);

  expect(early).toEqual([]);
  expect(late).toMatchObject({
    title: "Fault holds 3 answers: hold SyncGroup of billing",
    detail: "the oldest for 31.0 s · 13 requests hit so far",
    since: 90_000,
  });
});

const rounds = (...holding: readonly (readonly [at: number, holding: number])[]) =>
  modelOf(
    ...holding.map(([at, held]) =>
      seen(at, { ...fault, holding: held, heldSince: held === 0 ? undefined : at }, byBroker),
    ),
  );

test("who gives up and asks again does not start the count anew", () => {
  const model = rounds([2_000, 4], [32_000, 0], [37_000, 4]);

  const [held] = detect(model, 40_000).filter(({ kind }) => kind === "heldByFault");
  const [between] = detect(rounds([2_000, 4], [32_000, 0]), 35_000);

  expect(held).toMatchObject({ since: 2_000, detail: "on and off for 38.0 s · 13 requests hit so far" });
  expect(between).toMatchObject({ since: 2_000, title: "Fault holds answers: hold SyncGroup of billing" });
});

test("one that held nothing for long begins again", () => {
  const model = rounds([2_000, 4], [5_000, 0], [40_000, 4]);

  expect(detect(model, 45_000)).toEqual([]);
  expect(detect(model, 50_000)).toMatchObject([{ since: 40_000 }]);
});

test("one that delays every answer for a few seconds does not hold, however long it goes on", () => {
  const delays = Array.from({ length: 30 }, (_, index) => {
    const at = 2_000 + index * 2_000;
    // Of two that wait, the older one was let go.
    return seen(at, { ...fault, holding: 2, heldSince: at - 2_000 }, byBroker);
  });

  expect(detect(modelOf(...delays), 62_000)).toEqual([]);
});

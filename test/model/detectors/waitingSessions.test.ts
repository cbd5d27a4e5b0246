import { describe, expect, test } from "vitest";
import { byBroker, described, modelOf, phase, seen, started } from "../observed.ts";
import { actions, only } from "./support/only.ts";

describe("one of ours that waits although the coordinator reports Stable", () => {
  const syncing = [
    seen(1, started()),
    seen(2, phase({ phase: "syncing", generationId: 3 })),
    seen(3, described({ generationId: 3, stateSince: 3 }), byBroker),
  ];

  test("is reported with the request that is not answered", () => {
    const [finding] = only(modelOf(...syncing), "groupNotStable", 40_002);

    expect(only(modelOf(...syncing), "groupNotStable", 20_000)).toEqual([]);
    expect(finding).toMatchObject({
      title: "A: waits for SyncGroup",
      lastedMs: 40_000,
      detail: "the coordinator has not answered",
    });
  });

  test("with the fault that holds the answer, where there is one", () => {
    const fault = {
      type: "broker.fault",
      faultId: "f1",
      kind: "holdSyncGroup",
      title: "hold SyncGroup of billing",
      enabled: true,
      removed: false,
      hits: 1,
      holding: 1,
      since: 0,
      groupId: "billing",
    } as const;

    const [finding] = only(modelOf(...syncing, seen(4, fault, byBroker)), "groupNotStable", 40_002);

    expect(finding?.detail).toBe("the fault “hold SyncGroup of billing” holds the answer");
    expect(actions(finding)).toEqual(["showRebalances", "disableFault"]);
  });
});

import { describe, expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import { byBroker, bySample, described, member, modelOf, seen } from "../observed.ts";
import { actions, only } from "./support/only.ts";

describe("a group that stays between two generations", () => {
  test("is reported with who is missing where the broker tells", () => {
    const model = modelOf(
      seen(
        0,
        described({
          state: "PreparingRebalance",
          stateSince: 0,
          members: [
            member("w1", { phase: "joined" }),
            member("w2", { phase: "notRejoined", evictedAt: 45_000 }),
          ],
        }),
        byBroker,
      ),
    );

    const [finding] = only(model, "groupNotStable", 40_000);

    expect(only(model, "groupNotStable", 20_000)).toEqual([]);
    expect(finding).toMatchObject({
      severity: "warning",
      title: "billing: PreparingRebalance",
      lastedMs: 40_000,
      detail: "waits for w2",
    });
    expect(actions(finding)).toEqual(["showRebalances", "removeMember"]);
  });

  const sampledPreparing = (at: number) =>
    seen(at, described({ state: "PreparingRebalance", requestedAt: at, members: [member("w1")] }), bySample);

  test("and says where nobody tells", () => {
    const model = modelOf(sampledPreparing(0), sampledPreparing(35_000));

    expect(only(model, "groupNotStable", 40_000)[0]).toMatchObject({
      title: "billing: PreparingRebalance",
      lastedMs: 35_000,
      detail: "the coordinator does not say who it waits for",
    });
  });

  test("does not grow while nobody asks: how long it has lasted is not known then", () => {
    expect(only(modelOf(sampledPreparing(0)), "groupNotStable", 4_000_000)).toEqual([]);
  });

  test("is over when the playground stops", () => {
    const model = modelOf(
      seen(0, { type: "broker.started", kafkaClusterId: "x", nodes: [] }, byBroker),
      seen(
        1,
        described({
          state: "PreparingRebalance",
          stateSince: 1,
          members: [member("w1", { phase: "notRejoined" })],
        }),
        byBroker,
      ),
      seen(2, { type: "broker.stopped", reason: "asked to" }, byBroker),
    );

    expect(detect(model, 1_000_000)).toEqual([]);
  });
});

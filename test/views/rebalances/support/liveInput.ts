import { detect } from "#model/detectors/detect.ts";
import type { Model } from "#model/model.ts";
import type { RebalancesInput } from "#views/rebalances/input.ts";

/** What the live panel of `billing` is made from, at 100 s unless told otherwise, with what the detectors find then. */
export function liveInput(model: Model, rest: Partial<RebalancesInput> = {}): RebalancesInput {
  const now = rest.now ?? 100_000;
  return {
    model,
    findings: detect(model, now),
    clusterId: "c1",
    groupId: "billing",
    now,
    bound: { kind: "live" },
    following: true,
    showAs: "chart",
    commitToleranceMs: 10_000,
    viewport: { fromMs: 0, toMs: 100_000, widthPx: 1_000 },
    ...rest,
  };
}

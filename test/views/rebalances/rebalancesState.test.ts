import { describe, expect, test } from "vitest";
import type { RemedyAction } from "#model/remedy.ts";
import type { RemedyAction as DrawnRemedyAction } from "#webview/rebalances/contract.ts";
import { modelOf, seen } from "../../model/observed.ts";
import { stateOf } from "./support/stateOf.ts";
import { rest, story } from "./support/story.ts";

describe("the frame", () => {
  test("says state, type, generation and members", () => {
    expect(stateOf(modelOf(...story, ...rest)).subtitle).toBe(
      "Stable for 16.0 s · classic · generation 6 (cooperative-sticky) · 2 members",
    );
  });

  test("follows the present unless the user looks elsewhere", () => {
    const model = modelOf(...story);

    expect(
      stateOf(model, { now: 200_000, viewport: { fromMs: 0, toMs: 60_000, widthPx: 600 } }).range,
    ).toEqual({ fromMs: 134_000, toMs: 206_000 });
    expect(
      stateOf(model, { now: 200_000, following: false, viewport: { fromMs: 0, toMs: 60_000, widthPx: 600 } })
        .range,
    ).toEqual({ fromMs: -6_000, toMs: 66_000 });
  });

  test("a group that nobody knows, and a cluster that is gone, are said", () => {
    expect(stateOf(modelOf(...story), { groupId: "other" }).empty?.title).toBe("other is not known yet");
    expect(stateOf(modelOf()).empty?.title).toBe("The cluster is gone");
  });

  test("a group deleted while it is shown keeps what was seen of it", () => {
    const state = stateOf(modelOf(...story, seen(90_000, { type: "group.deleted", groupId: "billing" })));

    expect(state.subtitle).toBe("deleted; what was seen of it before stays here");
    expect(state.lanes.length).toBe(3);
  });
});

test("remedies of findings and of the panel are the same", () => {
  const drawn = (action: RemedyAction): DrawnRemedyAction => action;
  const found = (action: DrawnRemedyAction): RemedyAction => action;

  expect(found(drawn({ kind: "editCluster", clusterId: "c1" }))).toEqual({
    kind: "editCluster",
    clusterId: "c1",
  });
});

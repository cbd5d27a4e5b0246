import { describe, expect, test } from "vitest";
import { children } from "#views/tree/children.ts";
import { commit, modelOf, seen, started } from "../../model/observed.ts";
import { contextOf, lines, profile } from "./support/rows.ts";

describe("FINDINGS", () => {
  test("say what happened and why; below stand cause, next step and evidence", () => {
    const model = modelOf(
      profile,
      seen(1, started()),
      seen(1_000, commit({ state: "inFlight", sentAt: 1_000, deadlineAt: 16_000 })),
    );
    const context = contextOf(model, 13_300);

    const [node] = children("groupscope.findings", undefined, context);

    expect(node).toMatchObject({
      label: "A: commit waits",
      description: "12.3 s · the coordinator has not answered",
      contextValue: "finding commitHang error showCommit releaseCommit",
      command: { id: "groupscope.showFinding" },
    });
    expect(lines(node ? children("groupscope.findings", node.target, context) : []).slice(1)).toEqual([
      "What to do  Show what it waits for · Release the waiter",
      "offsets  orders-3 96 → 120",
      "queued  00:00:01.0 UTC: asked for, generation 6",
      "sent  00:00:01.0 UTC: to the coordinator",
      "ends by  00:00:16.0 UTC: the commit's own deadline",
    ]);
  });
});

import { expect, test } from "vitest";
import type { Finding } from "#model/finding.ts";
import { memberTrouble } from "#views/tree/memberWords.ts";

const hang: Finding = {
  id: "hang",
  clusterId: "playground",
  kind: "commitHang",
  severity: "error",
  title: "worker-1: commit waits",
  lastedMs: 12_300,
  detail: "the group waits for its assignment",
  cause: "",
  evidence: [],
  since: 0,
  subjects: [{ kind: "session", sessionId: "worker-1" }],
  remedies: [],
};

test("a member's row that is red says why, and not its own name again", () => {
  expect(memberTrouble(hang, "worker-1")).toBe("commit waits 12.3 s");
  expect(memberTrouble({ ...hang, title: "orders-4: corrupt batch", lastedMs: undefined }, "A")).toBe(
    "orders-4: corrupt batch",
  );
});

test("what is wrong with a whole group stands in the group's row", () => {
  expect(memberTrouble({ ...hang, kind: "groupNotStable" }, "worker-1")).toBeUndefined();
  expect(memberTrouble(undefined, "worker-1")).toBeUndefined();
});

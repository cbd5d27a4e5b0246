import { expect, test } from "vitest";
import type { GroupDescribed } from "#trace/observations/group.ts";
import { CommitWatch } from "./commitWatch.ts";
import { Verdict } from "./violation.ts";

const key = { topic: "orders", partition: 0 };

test("a commit of what another member has is noticed", () => {
  const { watch, verdict } = watching();
  watch.observed(classic(3, { a: [], b: [key] }));

  watch.observed(commitBy("a", 3));

  expect(verdict.first?.rule).toBe("committer");
});

test("a commit of what nobody has, as it is given up, is fine", () => {
  const { watch, verdict } = watching();
  watch.observed(classic(3, { a: [], b: [] }));

  watch.observed(commitBy("a", 3));

  expect(verdict.first).toBeUndefined();
});

test("a commit of what became another's only in the next generation is fine", () => {
  const { watch, verdict } = watching();
  watch.observed(classic(3, { a: [key], b: [] }));
  watch.observed(classic(4, { a: [], b: [key] }));

  watch.observed(commitBy("a", 3));

  expect(verdict.first).toBeUndefined();
});

test("a member of the new protocol that commits what another has now is noticed", () => {
  const { watch, verdict } = watching();
  watch.observed({ ...classic(3, { a: [], b: [key] }), groupType: "consumer" });

  watch.observed(commitBy("a", 3));

  expect(verdict.first?.rule).toBe("committer");
});

test("who was in the group while it was classic may not know yet what others were given", () => {
  const { watch, verdict } = watching();
  watch.observed(classic(2, { a: [] }));
  watch.observed({ ...classic(3, { a: [], b: [key] }), groupType: "consumer" });

  watch.observed(commitBy("a", 3));

  expect(verdict.first).toBeUndefined();
});

function watching() {
  const verdict = new Verdict();
  return { watch: new CommitWatch(() => 100, verdict), verdict };
}

function classic(
  generationId: number,
  assigned: Readonly<Record<string, readonly (typeof key)[]>>,
): GroupDescribed {
  return {
    type: "group.described",
    groupId: "billing",
    groupType: "classic",
    state: "Stable",
    stateSince: 0,
    generationId,
    members: Object.entries(assigned).map(([memberId, partitions]) => ({
      memberId,
      clientId: memberId,
      host: "/client",
      assigned: partitions,
    })),
  };
}

function commitBy(memberId: string, generationId: number) {
  return {
    type: "commit.state",
    commitId: "commit-1",
    groupId: "billing",
    memberId,
    generationId,
    trigger: "foreign",
    state: "settled",
    offsets: [{ ...key, to: 5n }],
    queuedAt: 100,
    sentAt: 100,
    stateSince: 100,
  } as const;
}

import { expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import type { Observation } from "#trace/observation.ts";
import { byBroker, modelOf, seen } from "../observed.ts";

const twoOwners = {
  type: "broker.invariant",
  rule: "oneOwner",
  isBroken: true,
  groupId: "billing",
  topic: "orders",
  partition: 3,
  generationId: 5,
  memberIds: ["a", "b"],
} as const;

const backwards = { ...twoOwners, rule: "forwardCommit", memberIds: ["a"], from: 90n, to: 70n } as const;

const found = (...observed: readonly Observation[]) =>
  detect(modelOf(...observed), 61_000).filter(({ kind }) => kind === "brokenInvariant");

test("a partition with two owners is an error that names both", () => {
  const [finding] = found(seen(2_000, twoOwners, byBroker));

  expect(finding).toMatchObject({
    severity: "error",
    title: "orders-3 has 2 owners",
    detail: "in generation 5: a, b",
    since: 2_000,
  });
  expect(finding?.subjects).toEqual([
    { kind: "groupPartition", groupId: "billing", topic: "orders", partition: 3 },
    { kind: "member", groupId: "billing", memberId: "a" },
    { kind: "member", groupId: "billing", memberId: "b" },
  ]);
});

test("a commit that went backwards says from where to where", () => {
  const [finding] = found(seen(2_000, backwards, byBroker));

  expect(finding).toMatchObject({
    severity: "info",
    title: "orders-3 was committed backwards",
    detail: "from 90 to 70 by a",
  });
});

test("what holds again, or whose group is gone, is no finding", () => {
  const again = { ...twoOwners, isBroken: false, memberIds: ["a"] } as const;
  const deleted = { type: "group.deleted", groupId: "billing" } as const;

  expect(found(seen(2_000, twoOwners, byBroker), seen(3_000, again, byBroker))).toEqual([]);
  expect(found(seen(2_000, twoOwners, byBroker), seen(3_000, deleted, byBroker))).toEqual([]);
});

import { describe, expect, test } from "vitest";
import { type ConsumerEvent, consumerTransition } from "#engine/group/consumer/consumerTransition.ts";
import type { Generation, Membership } from "#engine/group/membership.ts";

const generation: Generation = {
  memberId: "m",
  generationId: 3,
  memberEpoch: 3,
  assignor: "uniform",
  rebalanceProtocol: "cooperative",
  isLeader: false,
};
const doubted: Generation = { ...generation, doubtedSince: 5 };
const at = 9;
const told = { since: 1, reason: undefined };
const unjoined: Membership = { state: "unjoined", ...told, failures: 0, memberId: "m" };
const joining: Membership = { state: "joining", ...told, failures: 2, memberId: "m" };
const stable: Membership = { state: "stable", ...told, failures: 0, generation };
const revoking: Membership = { state: "revoking", since: 2, reason: "theirs", failures: 0, generation };
const leaving: Membership = { state: "leaving", ...told, generation, memberId: "m" };
const fatal: Membership = { state: "fatal", ...told, code: "X" };
const ended: Membership = { state: "ended", ...told };
const every = { unjoined, joining, stable, revoking, leaving, fatal, ended };

const admitted: ConsumerEvent = { type: "admitted", at, generation };
const advanced: ConsumerEvent = { type: "advanced", at, memberEpoch: 4 };
const lost: ConsumerEvent = { type: "lost", at, memberId: "m", reason: "FENCED_MEMBER_EPOCH" };
const next = { ...generation, generationId: 4, memberEpoch: 4 };

describe("the membership of a consumer group", () => {
  test.each<[keyof typeof every, ConsumerEvent, Partial<Membership> & { readonly generation?: Generation }]>([
    ["unjoined", { type: "joinSent", at }, { state: "joining", since: at }],
    ["joining", admitted, { state: "stable", since: at, generation }],
    ["joining", { type: "retry", at, memberId: "m", reason: "no answer" }, { state: "unjoined" }],
    ["stable", advanced, { state: "stable", since: 1, generation: next }],
    ["stable", { type: "doubted", at }, { generation: { ...generation, doubtedSince: at } }],
    ["stable", { type: "rebalanceNeeded", at, reason: "theirs" }, { state: "revoking", since: at }],
    ["stable", lost, { state: "unjoined", reason: "FENCED_MEMBER_EPOCH" }],
    ["revoking", advanced, { state: "revoking", since: 2, generation: next }],
    ["revoking", { type: "doubted", at }, { state: "revoking" }],
    ["revoking", { type: "gaveUp", at }, { state: "stable", since: at, reason: undefined, generation }],
    ["revoking", lost, { state: "unjoined" }],
    ["stable", { type: "leave", at, reason: "stopped" }, { state: "leaving", generation }],
    ["leaving", { type: "left", at }, { state: "ended" }],
    ["joining", { type: "failed", at, code: "X", reason: "why" }, { state: "fatal" }],
    ["fatal", { type: "left", at }, { state: "ended" }],
  ])("%s and %o", (state, event, expected) => {
    const before = every[state];

    const after = consumerTransition(before, event);

    expect(after).toMatchObject(expected);
    expect(after).not.toBe(before);
  });

  test.each<[ConsumerEvent["type"], ConsumerEvent, readonly (keyof typeof every)[]]>([
    ["admitted", admitted, ["unjoined", "stable", "revoking", "leaving", "fatal", "ended"]],
    ["advanced", advanced, ["unjoined", "joining", "leaving", "fatal", "ended"]],
    ["doubted", { type: "doubted", at }, ["unjoined", "joining", "leaving", "fatal", "ended"]],
    ["gaveUp", { type: "gaveUp", at }, ["unjoined", "joining", "stable", "leaving", "fatal", "ended"]],
    ["lost", lost, ["unjoined", "leaving", "fatal", "ended"]],
    [
      "retry",
      { type: "retry", at, memberId: "m", reason: "" },
      ["unjoined", "stable", "revoking", "leaving", "fatal", "ended"],
    ],
  ])("a late %s changes nothing where it does not apply", (_, event, states) => {
    const before = states.map((state) => every[state]);

    const after = before.map((membership) => consumerTransition(membership, event));

    expect(after.every((membership, index) => membership === before[index])).toBe(true);
  });

  test("an answered heartbeat ends the doubt about the epoch, also when the epoch is the same", () => {
    const before: Membership = { ...stable, generation: doubted };

    const after = consumerTransition(before, { type: "advanced", at, memberEpoch: 3 });

    expect(after).toMatchObject({ state: "stable", generation: { memberEpoch: 3, doubtedSince: undefined } });
  });

  test("a membership counts as lasting only when a heartbeat was answered after the join", () => {
    const joined = consumerTransition(joining, admitted);

    const confirmed = consumerTransition(joined, { type: "advanced", at, memberEpoch: 3 });

    expect([joined, confirmed].map((membership) => "failures" in membership && membership.failures)).toEqual([
      2, 0,
    ]);
  });
});

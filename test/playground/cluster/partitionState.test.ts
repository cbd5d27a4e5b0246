import { describe, expect, test } from "vitest";
import {
  ledBy,
  type PartitionState,
  placed,
  uncleanlyLedBy,
  withAllUp,
  withInSync,
  withNodeDown,
  withNodeUp,
  withOutOfSync,
  withoutNodes,
} from "#playground/cluster/partitionState.ts";

const fresh = placed([1, 2, 3], 4);
const alone: PartitionState = { leaderId: 1, leaderEpoch: 4, replicas: [1, 2, 3], isr: [1] };
const leaderless: PartitionState = { leaderId: undefined, leaderEpoch: 5, replicas: [1, 2, 3], isr: [1] };
const allUp = () => true;

test.each<[string, PartitionState, PartitionState]>([
  ["a new partition is led by its first replica", fresh, { ...fresh, leaderId: 1, isr: [1, 2, 3] }],
  ["another replica leads in a new epoch", ledBy(fresh, 2), { ...fresh, leaderId: 2, leaderEpoch: 5 }],
  ["the leader that is asked to lead goes on", ledBy(fresh, 1), fresh],
  [
    "a node without replica takes the leader's place",
    ledBy(placed([1], 0), 3),
    { leaderId: 3, leaderEpoch: 1, replicas: [3], isr: [3] },
  ],
  [
    "a leader that stops is followed by the next in sync",
    withNodeDown(fresh, 1, allUp),
    { leaderId: 2, leaderEpoch: 5, replicas: [1, 2, 3], isr: [2, 3] },
  ],
  [
    "a follower that is down already is passed over",
    withNodeDown(fresh, 1, (nodeId) => nodeId === 3),
    { leaderId: 3, leaderEpoch: 5, replicas: [1, 2, 3], isr: [2, 3] },
  ],
  ["a follower that stops begins no epoch", withNodeDown(fresh, 3, allUp), { ...fresh, isr: [1, 2] }],
  ["the last in sync leaves nobody to lead, and stays in sync", withNodeDown(alone, 1, allUp), leaderless],
  ["who was out of sync may not lead", withNodeUp(leaderless, 2), leaderless],
  [
    "who was in sync leads again",
    withNodeUp(leaderless, 1),
    { leaderId: 1, leaderEpoch: 6, replicas: [1, 2, 3], isr: [1] },
  ],
  ["a follower that returns is in sync, in its place", withNodeUp(alone, 3), { ...alone, isr: [1, 3] }],
  ["a node without replica changes nothing", withNodeUp(alone, 9), alone],
  ["a follower falls behind", withOutOfSync(fresh, 2), { ...fresh, isr: [1, 3] }],
  ["a leader never falls behind", withOutOfSync(fresh, 1), fresh],
  ["the last in sync does not fall behind", withOutOfSync(leaderless, 1), leaderless],
  ["a follower catches up", withInSync(alone, 2), { ...alone, isr: [1, 2] }],
  [
    "an unclean leader is the only one in sync",
    uncleanlyLedBy(leaderless, 3),
    { leaderId: 3, leaderEpoch: 6, replicas: [1, 2, 3], isr: [3] },
  ],
  ["a leader goes on when all are up", withAllUp(alone), { ...alone, isr: [1, 2, 3] }],
  ["who was waited for leads when all are up", withAllUp(leaderless), { ...fresh, leaderEpoch: 6 }],
  [
    "a leader goes on where a follower is gone for good",
    withoutNodes(fresh, (nodeId) => nodeId !== 2) ?? leaderless,
    { leaderId: 1, leaderEpoch: 4, replicas: [1, 3], isr: [1, 3] },
  ],
  [
    "a leader that is gone for good is followed by the next in sync",
    withoutNodes(withOutOfSync(fresh, 2), (nodeId) => nodeId !== 1) ?? leaderless,
    { leaderId: 3, leaderEpoch: 5, replicas: [2, 3], isr: [3] },
  ],
])("%s", (_, state, expected) => {
  expect(state).toEqual(expected);
});

test("of a partition whose nodes are all gone for good nothing is left", () => {
  expect(withoutNodes(fresh, () => false)).toBeUndefined();
});

describe("whatever happens", () => {
  test("an epoch never goes back", () => {
    const steps = [
      (state: PartitionState) => withNodeDown(state, 1, allUp),
      (state: PartitionState) => withNodeUp(state, 1),
      (state: PartitionState) => ledBy(state, 1),
      (state: PartitionState) => uncleanlyLedBy(state, 3),
    ];

    const epochs: number[] = [];
    let state = fresh;
    for (const step of steps) {
      state = step(state);
      epochs.push(state.leaderEpoch);
    }

    expect(epochs).toEqual([5, 5, 6, 7]);
  });
});

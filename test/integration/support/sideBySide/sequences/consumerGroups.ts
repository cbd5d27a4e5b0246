import type { RequestInput } from "#protocol/api.ts";
import { consumerGroupDescribe } from "#protocol/apis/consumerGroupDescribe.ts";
import { consumerGroupHeartbeat } from "#protocol/apis/consumerGroupHeartbeat.ts";
import { describeGroups } from "#protocol/apis/describeGroups.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { ask, type Place, type Sequence, type Step, sequence } from "../dialogue.ts";

type Input = RequestInput<typeof consumerGroupHeartbeat>;

// Of version 1 on, members choose their ids (KIP-1082).
const one = "BBBBBBBBBBBBBBBBBBBBBA";
const two = "CCCCCCCCCCCCCCCCCCCCCA";

function beat({ group }: Place, own: Partial<Input>, version = 1): Step<typeof consumerGroupHeartbeat> {
  return ask(consumerGroupHeartbeat, { groupId: group, memberId: one, memberEpoch: 0, ...own }, { version });
}

function join(place: Place, own: Partial<Input> = {}, version = 1): Step<typeof consumerGroupHeartbeat> {
  const subscription = {
    rebalanceTimeoutMs: 5_000,
    subscribedTopicNames: [place.topic],
    topicPartitions: [],
  };
  return beat(place, { ...subscription, ...own }, version);
}

function described({ group }: Place): readonly Step[] {
  return [
    ask(consumerGroupDescribe, { groupIds: [group], includeAuthorizedOperations: false }, { version: 0 }),
    ask(consumerGroupDescribe, { groupIds: [group], includeAuthorizedOperations: true }, { version: 1 }),
  ];
}

/** Two members share a topic's two partitions, one of them taking from the other, until one leaves. */
function shared(place: Place, own: Partial<Input>): readonly Step[] {
  const owned = (...partitions: readonly number[]) => [{ topicId: place.topicId, partitions }];
  const latest = described(place).slice(-1);
  return [
    join(place, own),
    beat(place, { memberEpoch: 1, topicPartitions: owned(0, 1) }),
    join(place, { ...own, memberId: two }),
    // The broker divides anew behind the answer.
    { ...beat(place, { memberEpoch: 2 }), pauseMs: 1_500 },
    beat(place, { memberEpoch: 2 }),
    ...latest,
    beat(place, { memberId: two, memberEpoch: 3 }),
    beat(place, { memberEpoch: 2, topicPartitions: owned(0) }),
    beat(place, { memberEpoch: 3 }),
    ...latest,
    beat(place, { memberId: two, memberEpoch: 3 }),
    beat(place, { memberId: two, memberEpoch: 3, topicPartitions: owned(1) }),
    ...latest,
    beat(place, { memberEpoch: -1 }),
    { ...beat(place, { memberId: two, memberEpoch: 3 }), pauseMs: 1_500 },
    ...latest,
  ];
}

/** KIP-848: joining, being told, giving up, leaving, and everything that is refused. */
export const consumerGroupSequences: readonly Sequence[] = [
  sequence("a member joins, confirms, goes on, changes its mind and leaves", (place) => {
    const joined = join(place);
    const after = (own: Partial<Input>) =>
      ask(consumerGroupHeartbeat, (answerTo) => ({
        groupId: place.group,
        memberId: one,
        memberEpoch: answerTo(joined).memberEpoch,
        ...own,
      }));
    const owned = [{ topicId: place.topicId, partitions: [0, 1] }];
    return [
      ...described(place),
      joined,
      ...described(place),
      after({ topicPartitions: owned }),
      after({}),
      ...described(place),
      after({ subscribedTopicNames: [] }),
      ask(describeGroups, { groups: [place.group] }),
      ask(consumerGroupHeartbeat, { groupId: place.group, memberId: one, memberEpoch: -1 }),
      ...described(place),
      after({}),
    ];
  }),
  sequence("a heartbeat of version 0 is given its id", (place) => [join(place, { memberId: "" }, 0)]),
  sequence("heartbeats that are refused before there is a group", (place) => [
    join(place, { groupId: "" }),
    join(place, { memberId: "" }),
    join(place, { rebalanceTimeoutMs: -1 }),
    join(place, { subscribedTopicNames: null }),
    join(place, { topicPartitions: null }),
    join(place, { topicPartitions: [{ topicId: place.topicId, partitions: [0] }] }),
    join(place, { serverAssignor: "mine" }),
    join(place, { instanceId: "" }),
    join(place, { rackId: "" }),
    join(place, { subscribedTopicRegex: "(" }),
    beat(place, { memberEpoch: 3 }),
    beat(place, { memberEpoch: -1 }),
    beat(place, { memberEpoch: -2 }),
    beat(place, { memberEpoch: -3 }),
  ]),
  sequence("heartbeats that are refused in a group", (place) => [
    join(place),
    beat(place, { memberEpoch: 50 }),
    beat(place, { memberId: two, memberEpoch: 1 }),
    beat(place, { memberId: two, memberEpoch: -1 }),
    join(place),
    ask(joinGroup, {
      groupId: place.group,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 5_000,
      memberId: "",
      protocolType: "connect",
      protocols: [{ name: "range", metadata: new Uint8Array(4) }],
    }),
  ]),
  ...["uniform", "range"].map((serverAssignor) =>
    sequence(`two members share what there is, by the assignor ${serverAssignor}`, (place) =>
      shared(place, { serverAssignor }),
    ),
  ),
  sequence("a subscription by a pattern: it matches, is spoilt, and is taken back", (place) => [
    join(place, { subscribedTopicNames: null, subscribedTopicRegex: `${place.topic}.*` }),
    // Patterns are matched behind the answer.
    { ...beat(place, { memberEpoch: 1 }), pauseMs: 1_500 },
    beat(place, { memberEpoch: 2 }),
    ...described(place),
    beat(place, { memberEpoch: 2, subscribedTopicRegex: "[" }),
    beat(place, { memberEpoch: 2, subscribedTopicRegex: "" }),
    ...described(place),
  ]),
  sequence("a static member goes away for a while, returns under another id, and is fenced", (place) => {
    const instanceId = "till-1";
    const joined = join(place, { instanceId });
    return [
      joined,
      join(place, { instanceId, memberId: two }),
      beat(place, { instanceId, memberEpoch: -2 }),
      ...described(place),
      join(place, { instanceId, memberId: two }),
      beat(place, { instanceId, memberEpoch: 1 }),
      beat(place, { instanceId: "till-2", memberId: two, memberEpoch: -2 }),
      beat(place, { instanceId, memberId: two, memberEpoch: -1 }),
    ];
  }),
  sequence("commits of a member with its epoch, an old one, one to come, and none", (place) => {
    const { topic, topicId, group } = place;
    const joined = join(place);
    const commit = (own: Partial<RequestInput<typeof offsetCommit>>) =>
      ask(
        offsetCommit,
        (answerTo) => ({
          groupId: group,
          memberId: one,
          generationIdOrMemberEpoch: answerTo(joined).memberEpoch,
          topics: [
            {
              name: topic,
              partitions: [{ partitionIndex: 0, committedOffset: 4n, committedMetadata: null }],
            },
          ],
          ...own,
        }),
        { version: 9 },
      );
    const committed = (memberEpoch: number, memberId: string | null = one) =>
      ask(offsetFetch, {
        groups: [{ groupId: group, memberId, memberEpoch, topics: [{ topicId, partitionIndexes: [0] }] }],
      });
    return [
      joined,
      commit({}),
      commit({ generationIdOrMemberEpoch: 0 }),
      commit({ generationIdOrMemberEpoch: 40 }),
      commit({ memberId: two }),
      commit({ memberId: "", generationIdOrMemberEpoch: -1 }),
      committed(1),
      committed(0),
      committed(50),
      committed(1, two),
      committed(-1, null),
    ];
  }),
  sequence("ConsumerGroupDescribe of what is not one", (place) => {
    const of = (groupIds: readonly string[]) =>
      ask(consumerGroupDescribe, { groupIds, includeAuthorizedOperations: false });
    const partitions = [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: null }];
    return [
      of(["unheard-of", ""]),
      ask(
        offsetCommit,
        { groupId: place.group, topics: [{ name: place.topic, partitions }] },
        { version: 9 },
      ),
      of([place.group]),
    ];
  }),
];

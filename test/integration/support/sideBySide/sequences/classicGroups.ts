import type { RequestInput } from "#protocol/api.ts";
import { createTopics } from "#protocol/apis/createTopics.ts";
import { deleteGroups } from "#protocol/apis/deleteGroups.ts";
import { deleteTopics } from "#protocol/apis/deleteTopics.ts";
import { describeGroups } from "#protocol/apis/describeGroups.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { leaveGroup } from "#protocol/apis/leaveGroup.ts";
import { listGroups } from "#protocol/apis/listGroups.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { syncGroup } from "#protocol/apis/syncGroup.ts";
import { consumerProtocolSubscription } from "#protocol/data/consumerProtocolSubscription.ts";
import { encodeData } from "#protocol/data/dataSchema.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import { type AnswerTo, ask, type Place, type Sequence, type Step, sequence } from "../dialogue.ts";

type JoinInput = RequestInput<typeof joinGroup>;
type Options = NonNullable<Parameters<typeof ask>[2]>;

const subscription = encodeData(consumerProtocolSubscription, 1, { topics: ["orders"], ownedPartitions: [] });
const assignment = new Uint8Array([0, 1, 2, 3]);

function joinInput({ group }: Place, own: Partial<JoinInput> = {}): JoinInput {
  return {
    groupId: group,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 5_000,
    memberId: "",
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: subscription }],
    ...own,
  };
}

/** Joins in a version that needs no id first. */
function join(place: Place, own: Partial<JoinInput> = {}, options: Options = {}): Step<typeof joinGroup> {
  return ask(joinGroup, joinInput(place, own), { version: 3, ...options });
}

/** The step's member, as other requests name it. */
function memberOf(answerTo: AnswerTo, joined: Step<typeof joinGroup>) {
  const { memberId, generationId } = answerTo(joined);
  return { memberId, generationId };
}

function sync(
  { group }: Place,
  joined: Step<typeof joinGroup>,
  own: Partial<RequestInput<typeof syncGroup>> = {},
  options: Options = {},
): Step {
  return ask(
    syncGroup,
    (answerTo) => {
      const { memberId, generationId } = memberOf(answerTo, joined);
      const assignments = [{ memberId, assignment }];
      const protocol = { protocolType: "consumer", protocolName: "range" };
      return { groupId: group, memberId, generationId, ...protocol, assignments, ...own };
    },
    options,
  );
}

function beat(
  { group }: Place,
  joined: Step<typeof joinGroup>,
  own: Partial<RequestInput<typeof heartbeat>> = {},
): Step {
  return ask(heartbeat, (answerTo) => ({ groupId: group, ...memberOf(answerTo, joined), ...own }));
}

function described({ group }: Place): readonly Step[] {
  return [
    ...[0, 5, 6].map((version) =>
      ask(describeGroups, { groups: [group], includeAuthorizedOperations: version > 3 }, { version }),
    ),
  ];
}

function leave({ group }: Place, joined: Step<typeof joinGroup>, version: number): Step {
  return ask(
    leaveGroup,
    (answerTo) => {
      const { memberId } = answerTo(joined);
      return { groupId: group, memberId, members: [{ memberId }] };
    },
    { version },
  );
}

const partition = { partitionIndex: 0, committedOffset: 5n, committedMetadata: "note" };

function commit(
  { group, topic }: Place,
  own: Partial<RequestInput<typeof offsetCommit>> = {},
  options: Options = {},
): Step {
  const topics = [{ name: topic, partitions: [partition] }];
  return ask(offsetCommit, { groupId: group, topics, ...own }, { version: 9, ...options });
}

/** The classic protocol: joining, sharing, beating, leaving, and everything that is refused. */
export const classicGroupSequences: readonly Sequence[] = [
  // The first, for it lists all groups: what others leave behind goes at times of its own.
  sequence("ListGroups of a group that is there, by what it is asked for", (place) => {
    const joined = join(place);
    const lists = (versions: readonly number[], own: RequestInput<typeof listGroups> = {}) =>
      versions.map((version) => ask(listGroups, own, { version }));
    return [
      ...lists([0, 5]),
      joined,
      ...lists([0, 1, 2, 3, 4, 5]),
      ...lists([4, 5], { statesFilter: ["CompletingRebalance"] }),
      ...lists([4, 5], { statesFilter: ["Stable"] }),
      ...lists([5], { typesFilter: ["classic"] }),
      ...lists([5], { typesFilter: ["consumer"] }),
      leave(place, joined, 3),
    ];
  }),
  sequence("JoinGroup, SyncGroup, Heartbeat and LeaveGroup of one member that is let in at once", (place) =>
    [0, 1, 2, 3].flatMap((version) => {
      const joined = join(place, {}, { version });
      return [
        joined,
        sync(place, joined, {}, { version: Math.min(version, 5) }),
        beat(place, joined),
        leave(place, joined, Math.min(version, 5)),
      ];
    }),
  ),
  ...[4, 5, 6, 7, 8].map((version) =>
    sequence(`JoinGroup v${version}, with what its clients send beside it`, (place) => {
      const asked = join(place, {}, { version });
      const joined = ask(joinGroup, (answerTo) => joinInput(place, { memberId: answerTo(asked).memberId }), {
        version,
      });
      return [
        asked,
        joined,
        ...[0, 1, 2, 3, 4].map((older) => ({ ...beat(place, joined), version: older })),
        sync(place, joined, {}, { version: version - 3 }),
        ...[0, 1, 2, 3, 4].map((older) => ({ ...beat(place, joined), version: older })),
        leave(place, joined, version - 3),
        ...described(place),
      ];
    }),
  ),
  sequence("a member that has to ask for its id first", (place) => {
    const asked = join(place, {}, { version: 9 });
    const joined = ask(joinGroup, (answerTo) => joinInput(place, { memberId: answerTo(asked).memberId }), {
      version: 9,
    });
    return [
      ask(describeGroups, { groups: [place.group] }),
      asked,
      joined,
      ...described(place),
      beat(place, joined),
      sync(place, joined),
      ...described(place),
      beat(place, joined),
      leave(place, joined, 5),
      ...described(place),
      leave(place, joined, 5),
    ];
  }),
  sequence("JoinGroup that is refused", (place) => [
    join(place, { groupId: "" }),
    join(place, { sessionTimeoutMs: 1 }),
    join(place, { sessionTimeoutMs: 999_999_999 }),
    join(place, { memberId: "nobody" }),
    join(place, { protocolType: "" }),
    join(place, { protocols: [] }),
    join(place, { groupInstanceId: "" }, { version: 9 }),
    ask(describeGroups, { groups: [place.group] }),
  ]),
  sequence("JoinGroup that does not fit the group that is there", (place) => {
    const joined = join(place);
    return [
      joined,
      sync(place, joined),
      join(place, { protocolType: "connect" }, { connection: "second" }),
      join(place, { protocols: [{ name: "mine", metadata: subscription }] }, { connection: "second" }),
      beat(place, joined),
    ];
  }),
  sequence("SyncGroup and Heartbeat that are refused", (place) => {
    const joined = join(place);
    return [
      joined,
      sync(place, joined, { generationId: 9 }),
      sync(place, joined, { memberId: "nobody" }),
      sync(place, joined, { protocolName: "other" }, { version: 5 }),
      sync(place, joined, { protocolType: "other" }, { version: 5 }),
      sync(place, joined, { groupId: "elsewhere" }),
      sync(place, joined, { groupId: "" }),
      beat(place, joined, { generationId: 9 }),
      beat(place, joined, { memberId: "nobody" }),
      beat(place, joined, { groupId: "" }),
      beat(place, joined, { groupId: "elsewhere" }),
      beat(place, joined, { memberId: "" }),
      beat(place, joined, { groupInstanceId: "unknown" }),
    ];
  }),
  sequence("a second member comes, is given its share, and goes", (place) => {
    const first = join(place);
    const second = join(place, {}, { connection: "second", isParked: true });
    const again = ask(joinGroup, (answerTo) => joinInput(place, { memberId: answerTo(first).memberId }), {
      version: 3,
    });
    const waiting = sync(
      place,
      second,
      { assignments: [] },
      {
        connection: "second",
        isParked: true,
        after: [second],
      },
    );
    return [
      first,
      sync(place, first),
      second,
      beat(place, first),
      ...described(place),
      commit(place),
      again,
      waiting,
      ...described(place),
      ask(
        syncGroup,
        (answerTo) => ({
          groupId: place.group,
          ...memberOf(answerTo, again),
          assignments: [
            { memberId: answerTo(again).memberId, assignment },
            { memberId: answerTo(second).memberId, assignment: new Uint8Array([9]) },
          ],
        }),
        { version: 4 },
      ),
      beat(place, again),
      leave(place, second, 2),
      beat(place, again),
    ];
  }),
  sequence("a static member: joins, comes back under a new id, fences who it was", (place) => {
    const groupInstanceId = "till-1";
    const joined = join(place, { groupInstanceId }, { version: 9 });
    const back = join(place, { groupInstanceId }, { version: 9, connection: "second" });
    const gone = (members: RequestInput<typeof leaveGroup>["members"]) =>
      ask(leaveGroup, { groupId: place.group, ...(members && { members }) });
    return [
      joined,
      sync(place, joined, { groupInstanceId }),
      beat(place, joined, { groupInstanceId }),
      ...described(place),
      back,
      beat(place, joined, { groupInstanceId }),
      sync(place, joined, { groupInstanceId }),
      beat(place, back, { groupInstanceId }),
      gone([{ memberId: "", groupInstanceId: "till-2" }]),
      gone([{ memberId: "stranger", groupInstanceId }, { memberId: "stranger" }]),
      gone([{ memberId: "", groupInstanceId }]),
      ...described(place),
    ];
  }),
  sequence("OffsetCommit and OffsetFetch in every version, of a group without members", (place) => {
    const { topic, topicId, group } = place;
    const topics = [{ name: topic, partitionIndexes: [0, 1] }];
    return [
      ...[1, 5, 7].map((version) => ask(offsetFetch, { groupId: group, topics }, { version })),
      ...[2, 3, 4, 5, 6, 7, 8, 9].map((version) => commit(place, {}, { version })),
      ask(offsetCommit, { groupId: group, topics: [{ topicId, partitions: [partition] }] }),
      ...[1, 2, 3, 4, 5, 6, 7].map((version) => ask(offsetFetch, { groupId: group, topics }, { version })),
      ...[2, 7].map((version) => ask(offsetFetch, { groupId: group, topics: null }, { version })),
      ...[8, 9].flatMap((version) => [
        ask(offsetFetch, { groups: [{ groupId: group, topics }] }, { version }),
        ask(offsetFetch, { groups: [{ groupId: group, topics: null }], requireStable: true }, { version }),
      ]),
      ask(offsetFetch, { groups: [{ groupId: group, topics: [{ topicId, partitionIndexes: [0, 1] }] }] }),
      ...described(place),
      ask(offsetFetch, {
        groups: [
          { groupId: "unheard-of", topics: null },
          { groupId: group, topics: [{ topicId: "AAAAAAAAAAAAAAAAAAAAAQ", partitionIndexes: [0] }] },
        ],
      }),
    ];
  }),
  sequence("committed offsets of a topic that is deleted and created anew, by id and by name", (place) => {
    const { topic, topicId, group } = place;
    const shape = { name: topic, numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] };
    const wait = { pauseMs: 1_000 };
    const remade = ask(metadata, { topics: [{ name: topic, topicId: zeroUuid }] }, { version: 12, ...wait });
    const commitBy = (id: string, options: Options = {}) =>
      ask(offsetCommit, { groupId: group, topics: [{ topicId: id, partitions: [partition] }] }, options);
    const fetchBy = (...ids: readonly string[]) =>
      ask(offsetFetch, {
        groups: [{ groupId: group, topics: ids.map((id) => ({ topicId: id, partitionIndexes: [0, 1] })) }],
      });
    const newId = (answerTo: AnswerTo) => answerTo(remade).topics[0]?.topicId ?? zeroUuid;
    return [
      commitBy(topicId),
      ask(deleteTopics, { topics: [{ name: topic, topicId: zeroUuid }], timeoutMs: 10_000 }, { version: 6 }),
      commitBy(topicId, wait),
      fetchBy(topicId),
      ask(createTopics, { topics: [shape], timeoutMs: 10_000 }, { version: 4, ...wait }),
      remade,
      commitBy(topicId, wait),
      commitBy(zeroUuid),
      fetchBy(topicId),
      ask(offsetFetch, (answerTo) => ({
        groups: [
          {
            groupId: group,
            topics: [topicId, newId(answerTo)].map((id) => ({ topicId: id, partitionIndexes: [0, 1] })),
          },
        ],
      })),
      ask(offsetCommit, (answerTo) => ({
        groupId: group,
        topics: [topicId, newId(answerTo)].map((id) => ({ topicId: id, partitions: [partition] })),
      })),
      ask(offsetFetch, { groups: [{ groupId: group, topics: null }] }),
      ask(offsetFetch, { groups: [{ groupId: group, topics: null }] }, { version: 9 }),
    ];
  }),
  sequence("OffsetCommit that is refused", (place) => {
    const { topic } = place;
    const joined = join(place);
    const asMember = (own: Partial<RequestInput<typeof offsetCommit>>) =>
      ask(
        offsetCommit,
        (answerTo) => ({
          groupId: place.group,
          memberId: answerTo(joined).memberId,
          generationIdOrMemberEpoch: answerTo(joined).generationId,
          topics: [{ name: topic, partitions: [partition] }],
          ...own,
        }),
        { version: 9 },
      );
    const of = (own: Partial<typeof partition>, name = topic) =>
      commit(place, { topics: [{ name, partitions: [{ ...partition, ...own }] }] });
    return [
      commit(place, { groupId: "" }),
      commit(place, { memberId: "nobody", generationIdOrMemberEpoch: 3 }),
      commit(place, { generationIdOrMemberEpoch: 3 }),
      of({}, "nowhere"),
      of({ partitionIndex: 9 }),
      of({ partitionIndex: -1 }),
      of({ committedMetadata: "m".repeat(5_000) }),
      of({ committedOffset: -5n }),
      commit(place, { topics: [] }),
      ask(offsetCommit, {
        groupId: place.group,
        topics: [{ topicId: "AAAAAAAAAAAAAAAAAAAAAQ", partitions: [partition] }],
      }),
      joined,
      asMember({}),
      sync(place, joined),
      asMember({}),
      asMember({ generationIdOrMemberEpoch: 9 }),
      asMember({ memberId: "nobody" }),
      asMember({ groupInstanceId: "unknown" }),
      commit(place),
    ];
  }),
  sequence(
    "DescribeGroups, ListGroups and DeleteGroups of groups that are there and that are not",
    (place) => {
      const joined = join(place);
      const own = (answer: RequestInput<typeof listGroups>, version?: number) =>
        ask(listGroups, answer, version === undefined ? {} : { version });
      return [
        ask(describeGroups, { groups: ["unheard-of", ""] }, { version: 5 }),
        ask(describeGroups, { groups: ["unheard-of", ""] }),
        ask(deleteGroups, { groupsNames: ["unheard-of", ""] }),
        joined,
        sync(place, joined),
        ask(deleteGroups, { groupsNames: [place.group] }),
        own({ statesFilter: ["Dead"] }),
        own({ statesFilter: ["no such state"] }),
        own({ typesFilter: ["share"] }),
        own({ typesFilter: ["no such type"] }),
        leave(place, joined, 5),
        ask(deleteGroups, { groupsNames: [place.group] }),
        ...described(place),
      ];
    },
  ),
];

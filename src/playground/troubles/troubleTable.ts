import type { TopicPartition } from "#base/topicPartition.ts";
import type { ClusterControl } from "../cluster/clusterControl.ts";
import { type BatchCorruption, batchCorruptions, corruptionDescriptions } from "../faults/corruptBatch.ts";
import type { FaultRule } from "../faults/faultRule.ts";
import {
  answerCorruptMessage,
  coordinatorUnavailable,
  corruptNextBatch,
  delayCommits,
  freezeHeartbeats,
  holdJoinGroup,
  holdSyncGroup,
  throttle,
} from "../faults/readyMade.ts";
import type { Trouble } from "./trouble.ts";

/** A target of which everything the trouble needs was said; what it does not need is empty. */
export interface FullTarget {
  readonly groupId: string;
  readonly memberId: string;
  readonly topic: string;
  readonly partition: TopicPartition;
  readonly nodeId: number;
  readonly transactionalId: string;
  /** What may be said beside. */
  readonly given: {
    readonly nodeId: number | undefined;
    readonly clientId: string | undefined;
    readonly ms: number | undefined;
    readonly offset: bigint | undefined;
    readonly topic: string | undefined;
    readonly partition: number | undefined;
  };
}

/** A trouble with what it does: a rule that comes into force, or a change of the cluster. */
export interface TroubleDefinition extends Trouble {
  /** What it holds of the classic protocol, where a consumer group has nothing to hold. */
  readonly classicApi?: "JoinGroup" | "SyncGroup" | undefined;
  readonly rule?: ((target: FullTarget) => FaultRule) | undefined;
  readonly act?: ((target: FullTarget, control: ClusterControl) => void | Promise<void>) | undefined;
}

const fewSecondsMs = 5_000;
const halfMinuteMs = 30_000;
const hourMs = 3_600_000;

/** Every ready-made trouble, in the order in which they are shown. */
export const troubleTable: readonly TroubleDefinition[] = [
  ...Object.entries(batchCorruptions).map(
    ([how, words]): TroubleDefinition => ({
      id: `corrupt.${how}`,
      title: `Corrupt the next batch: ${words}`,
      description: corruptionDescriptions[how as BatchCorruption],
      needs: ["partition"],
      takes: [],
      rule: ({ partition }) => corruptNextBatch(partition, how as BatchCorruption),
    }),
  ),
  {
    id: "answerCorruptMessage",
    title: "Answer Fetch with CORRUPT_MESSAGE",
    description: "The broker finds its own log damaged: nobody reads the partition until it ends.",
    needs: ["partition"],
    takes: [],
    rule: ({ partition }) => answerCorruptMessage(partition),
  },
  {
    id: "forceRebalance",
    title: "Force a rebalance",
    description: "Every member joins again; in a consumer group it gets a new target.",
    needs: ["group"],
    takes: [],
    act: ({ groupId }, control) => control.forceRebalance(groupId),
  },
  {
    id: "kickMember",
    title: "Kick a member",
    description: "It is put out; its next heartbeat or commit is UNKNOWN_MEMBER_ID.",
    needs: ["group", "member"],
    takes: [],
    act: ({ groupId, memberId }, control) => control.kickMember(groupId, memberId),
  },
  {
    id: "fenceMember",
    title: "Fence a member",
    description: "Another instance takes a static member's place; its next request is fenced.",
    needs: ["group", "member"],
    takes: [],
    act: ({ groupId, memberId }, control) => control.fenceMember(groupId, memberId),
  },
  {
    id: "holdJoinGroup",
    title: "Hold JoinGroup",
    description: "Members ask to join and are not heard until released; the others wait.",
    needs: ["group"],
    takes: [],
    classicApi: "JoinGroup",
    rule: ({ groupId }) => holdJoinGroup(groupId),
  },
  {
    id: "holdSyncGroup",
    title: "Hold SyncGroup",
    description: "Members of the group join, but get no assignment until released.",
    needs: ["group"],
    takes: [],
    classicApi: "SyncGroup",
    rule: ({ groupId }) => holdSyncGroup(groupId),
  },
  {
    id: "delayCommits",
    title: "Slow commits down",
    description: "Commits of the group take effect at once, but are answered late.",
    needs: ["group"],
    takes: ["ms"],
    rule: ({ groupId, given }) => delayCommits(groupId, given.ms ?? fewSecondsMs),
  },
  {
    id: "freezeHeartbeats",
    title: "Freeze a member's heartbeats",
    description: "The coordinator hears nothing of it, and evicts it after its session timeout.",
    needs: ["group", "member"],
    takes: [],
    rule: ({ groupId, memberId }) => freezeHeartbeats(groupId, memberId),
  },
  {
    id: "expireOffsets",
    title: "Expire committed offsets",
    description: "What the group committed is forgotten, as after offsets.retention.minutes.",
    needs: ["group"],
    takes: ["topic", "partition"],
    act: ({ groupId, given }, control) => control.expireOffsets(groupId, given),
  },
  {
    id: "coordinatorUnavailable",
    title: "Take the coordinator away",
    description: "For a while every answer to the group is COORDINATOR_NOT_AVAILABLE.",
    needs: ["group"],
    takes: ["ms"],
    rule: ({ groupId, given }) => coordinatorUnavailable(groupId, given.ms ?? halfMinuteMs),
  },
  {
    id: "moveCoordinator",
    title: "Move the coordinator",
    description: "Another node coordinates the group, once it has read it from its log.",
    needs: ["group"],
    takes: ["node", "ms"],
    act: ({ groupId, given }, control) =>
      control.moveCoordinator(groupId, { nodeId: given.nodeId, loadMs: given.ms }),
  },
  {
    id: "moveTransactionCoordinator",
    title: "Move the coordinator of transactions",
    description: "Another node coordinates it; its producer must find that and wait for it.",
    needs: ["transactional id"],
    takes: ["node", "ms"],
    act: ({ transactionalId, given }, control) =>
      control.moveTransactionCoordinator(transactionalId, { nodeId: given.nodeId, loadMs: given.ms }),
  },
  {
    id: "restartCoordinator",
    title: "Restart the coordinator",
    description: "A rebalance under way is forgotten; COORDINATOR_LOAD_IN_PROGRESS for a while.",
    needs: ["group"],
    takes: ["ms"],
    act: ({ groupId, given }, control) => control.restartCoordinator(groupId, given.ms ?? fewSecondsMs),
  },
  {
    id: "moveLeader",
    title: "Move the leader",
    description: "Another node leads; the old one answers NOT_LEADER_OR_FOLLOWER.",
    needs: ["partition"],
    takes: ["node"],
    act: ({ partition, given }, control) => control.moveLeader(partition, given.nodeId),
  },
  {
    id: "stopNode",
    title: "Stop a node",
    description: "Its port closes; what it led and coordinated goes to other nodes.",
    needs: ["node"],
    takes: [],
    act: ({ nodeId }, control) => control.stopNode(nodeId),
  },
  {
    id: "startNode",
    title: "Start a node again",
    description: "The node returns on its port and follows where others lead now.",
    needs: ["node"],
    takes: [],
    act: ({ nodeId }, control) => control.startNode(nodeId),
  },
  {
    id: "bounceNode",
    title: "Restart a node",
    description: "The node stops, and returns by itself after a while.",
    needs: ["node"],
    takes: ["ms"],
    act: ({ nodeId, given }, control) => control.bounceNode(nodeId, given.ms ?? fewSecondsMs),
  },
  {
    id: "addNode",
    title: "Add a node",
    description: "One more node, on the next free port; new topics may be placed on it.",
    needs: [],
    takes: [],
    act: async (_target, control) => void (await control.addNode()),
  },
  {
    id: "truncateLog",
    title: "Cut off the end of a log",
    description: "Records from an offset on are lost; the leader goes on in a new epoch.",
    needs: ["partition"],
    takes: ["offset"],
    act: ({ partition, given }, control) => control.truncateLog(partition, given.offset),
  },
  {
    id: "uncleanElection",
    title: "Elect an unclean leader",
    description: "A replica leads that may lack records; what it lacks is lost.",
    needs: ["partition"],
    takes: ["node"],
    act: ({ partition, given }, control) => control.uncleanElect(partition, given.nodeId),
  },
  {
    id: "hangTransaction",
    title: "Hang a transaction",
    description: "A transaction that never ends: read_committed gets no further there.",
    needs: ["partition"],
    takes: [],
    act: ({ partition }, control) => control.hangTransaction(partition),
  },
  {
    id: "recreateTopic",
    title: "Delete a topic and create it again",
    description: "Another id, empty. Who commits before noticing goes on at its old place.",
    needs: ["topic"],
    takes: [],
    act: ({ topic }, control) => control.recreateTopic(topic),
  },
  {
    id: "skewClock",
    title: "Skew the clock",
    description: "Records are stamped, expired and found by a wrong time; below 0 is early.",
    needs: [],
    takes: ["node", "ms"],
    act: ({ given }, control) => control.skewClock(given.ms ?? hourMs, given.nodeId),
  },
  {
    id: "throttle",
    title: "Throttle clients",
    description: "Produce and Fetch are over their quota: each answer says how long to wait.",
    needs: [],
    takes: ["client", "ms"],
    rule: ({ given }) => throttle(given.clientId, given.ms ?? 1_000),
  },
];

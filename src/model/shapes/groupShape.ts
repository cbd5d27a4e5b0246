import type { TopicPartitionMap } from "#base/topicPartition.ts";
import { groupType, membershipState, topicPartition } from "#trace/shapes/groupShapes.ts";
import { seenShape, vantage } from "#trace/shapes/observationShapes.ts";
import { commitBlock } from "#trace/shapes/sessionShapes.ts";
import {
  boolean,
  instant,
  list,
  number,
  object,
  offset,
  oneOf,
  optional,
  type Shape,
  string,
} from "#trace/shapes/shape.ts";
import type { CommitRecord, CommitsState } from "../commits.ts";
import type { CommittedEntry, CommittedState } from "../committedOffsets.ts";
import type { GenerationState, GenerationsState, MemberShare } from "../generations.ts";
import type { GroupState, GroupsState, KnownAssignment, Unrest } from "../groups.ts";
import type { LaneEnd, LanePhase, LaneSegment, LaneState, LanesState } from "../memberLanes.ts";
import type { RebalanceHistoryState } from "../rebalanceHistory.ts";
import { map, set, topicPartitionMap } from "./collections.ts";

const share = object<MemberShare>({ memberId: string, clientId: string, assigned: list(topicPartition) });

const lanePhase: Shape<LanePhase> = (value) =>
  typeof value === "string" && lanePhases.has(value) ? lanePhaseWord(value) : membershipState(value);
const foreignPhases = [
  "notRejoined",
  "joined",
  "awaitingSync",
  "awaitingRelease",
  "awaitingHeartbeat",
  "away",
  "seen",
  "unseen",
] as const;
const lanePhaseWord = oneOf(...foreignPhases);
const lanePhases = new Set<string>(foreignPhases);

const segment = object<LaneSegment>({
  phase: lanePhase,
  fromAt: instant,
  toAt: optional(instant),
  lastSeenAt: instant,
  generationId: optional(number),
  reason: optional(string),
});

const lane = object<LaneState>({
  sessionId: optional(string),
  memberIds: list(string),
  clientId: string,
  host: optional(string),
  groupInstanceId: optional(string),
  vantage,
  isLeader: boolean,
  segments: list(segment),
  droppedSegments: number,
  gone: optional(
    object<LaneEnd>({
      at: instant,
      how: oneOf("left", "evicted", "fenced", "ended", "disappeared"),
      reason: optional(string),
    }),
  ),
});

const generation = object<GenerationState>({
  generationId: optional(number),
  assignor: optional(string),
  fromAt: instant,
  toAt: optional(instant),
  rebalance: optional(
    object<NonNullable<GenerationState["rebalance"]>>({
      fromAt: instant,
      toAt: optional(instant),
      reason: optional(string),
    }),
  ),
  shares: list(share),
  complete: boolean,
  vantage,
});

const history = object<RebalanceHistoryState>({
  lanes: object<LanesState>({
    bySession: map(string, lane),
    byMember: map(string, lane),
    droppedLanes: number,
  }),
  generations: object<GenerationsState>({
    list: list(generation),
    dropped: number,
    pending: optional(
      object<NonNullable<GenerationsState["pending"]>>({ fromAt: instant, reason: optional(string) }),
    ),
    ownMembers: set(string),
  }),
  brokerTells: boolean,
  firstAt: instant,
  lastAt: instant,
});

const commit = object<CommitRecord>({
  number,
  latest: seenShape("commit.state"),
  blocks: list(commitBlock),
  times: list(
    object<CommitRecord["times"][number]>({
      state: oneOf("queued", "blocked", "inFlight", "settled"),
      at: instant,
    }),
  ),
});

const commits = object<CommitsState>({
  open: map(string, map(string, commit)),
  settled: list(commit),
  droppedSettled: number,
  nextNumber: number,
});

const committed = object<CommittedState>({
  byVantage: map(
    vantage,
    object<{ at: number; entries: TopicPartitionMap<CommittedEntry> }>({
      at: instant,
      entries: topicPartitionMap(
        object<CommittedEntry>({
          committedOffset: optional(offset),
          leaderEpoch: optional(number),
          metadata: optional(string),
          error: optional(string),
          at: instant,
          sinceAt: instant,
          endAtSince: optional(offset),
        }),
      ),
    }),
  ),
});

const group = object<GroupState>({
  groupId: string,
  listed: optional(
    object<NonNullable<GroupState["listed"]>>({
      groupId: string,
      groupType,
      state: optional(string),
      protocolType: optional(string),
      requestedAt: instant,
    }),
  ),
  byBroker: optional(seenShape("group.described")),
  bySample: optional(seenShape("group.described")),
  sampledStateSince: optional(instant),
  byMember: map(string, seenShape("group.memberPhase")),
  lastAssignment: optional(
    object<KnownAssignment>({ at: instant, generationId: optional(number), shares: list(share) }),
  ),
  committed,
  failures: map(oneOf("describe", "offsets"), seenShape("group.failed")),
  deleted: optional(
    object<NonNullable<GroupState["deleted"]>>({ at: instant, how: oneOf("deleted", "notListed") }),
  ),
  lagSamples: list(object<GroupState["lagSamples"][number]>({ at: instant, lag: offset })),
  rebalances: optional(history),
  unrest: optional(object<Unrest>({ since: instant, calmSince: optional(instant) })),
  commits: optional(commits),
});

export const groupsShape = object<GroupsState>({
  byId: map(string, group),
  listedAt: optional(instant),
  missing: list(object<GroupsState["missing"][number]>({ broker: string, reason: string })),
});

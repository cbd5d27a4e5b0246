import type { TopicPartition } from "#base/topicPartition.ts";
import type { Remedy } from "./remedy.ts";
import { durationText } from "./words.ts";

export type FindingKind =
  | "commitHang"
  | "commitGivenUp"
  | "strandedPartition"
  | "corruptBatch"
  | "partitionError"
  | "clusterConnection"
  | "groupNotStable"
  | "rebalanceStorm"
  | "heldByFault"
  | "brokenInvariant"
  | "gateHeld"
  | "slowCallback"
  | "pollOverdue"
  | "fellBack"
  | "recordsLost"
  | "joinRefused"
  | "pausedPartitions"
  | "fencedMember";

export type Severity = "error" | "warning" | "info";

/** What a finding is about: the rows that carry its mark, with Kafka's own identifiers. */
export type FindingSubject =
  | { readonly kind: "cluster" }
  | { readonly kind: "group"; readonly groupId: string }
  | { readonly kind: "member"; readonly groupId: string; readonly memberId: string }
  | ({ readonly kind: "groupPartition"; readonly groupId: string } & TopicPartition)
  | { readonly kind: "session"; readonly sessionId: string }
  | ({ readonly kind: "sessionPartition"; readonly sessionId: string } & TopicPartition)
  | {
      readonly kind: "commit";
      readonly groupId: string;
      readonly sourceId: string;
      readonly commitId: string;
    };

/** Something is wrong: what, why, how we know, and what to do. */
export interface Finding {
  /** Equal over time for the same trouble; unique across clusters. */
  readonly id: string;
  readonly clusterId: string;
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** Of what, and what happened: `A: commit waits`. The name comes first, as a narrow side bar cuts the end. */
  readonly title: string;
  /** How long that has lasted by now, where it matters: it stands before the detail. */
  readonly lastedMs?: number | undefined;
  /** The reason in a few words, for the row: `the group rebalances; worker-2 has not rejoined`. */
  readonly detail: string;
  /** Why, in whole sentences, and what it means. */
  readonly cause: string;
  readonly evidence: readonly Evidence[];
  readonly since: number;
  /** The first is the one to go to. */
  readonly subjects: readonly [FindingSubject, ...FindingSubject[]];
  readonly remedies: readonly Remedy[];
}

/** One fact the finding rests on. `at` is an instant the reader sees in their own time zone. */
export interface Evidence {
  readonly label: string;
  readonly value: string;
  readonly at?: number | undefined;
}

/** Text of a structured identity: JSON, so that no two identities give the same text. */
export function findingId(kind: FindingKind, ...parts: readonly (string | number)[]): string {
  return JSON.stringify([kind, ...parts]);
}

/** Tolerances of the detectors. */
export interface DetectorSettings {
  /** A commit that waits longer than this is reported. */
  readonly commitToleranceMs: number;
  /** A group in which not everyone is stable for longer than this is reported. */
  readonly rebalanceToleranceMs: number;
  /** A fault of the playground that holds answers for longer than this is reported. */
  readonly faultHoldToleranceMs: number;
  /** A partition may be without a reader for this long after a rebalance, as cooperative ones hand over in two steps. */
  readonly strandedToleranceMs: number;
  /** How long a foreign member must leave one partition alone while it commits others. */
  readonly stallEvidenceMs: number;
  /** A rebalance that our own gate or callback holds up for longer than this is reported. */
  readonly holdUpToleranceMs: number;
  /** Partitions of ours that are paused for longer than this, while records arrive, are explained. */
  readonly pauseToleranceMs: number;
  /** Ended debug consumers that the user took off the list: nothing more is said of them. */
  readonly dismissedSessions: ReadonlySet<string>;
}

export const defaultDetectorSettings: DetectorSettings = {
  commitToleranceMs: 10_000,
  rebalanceToleranceMs: 30_000,
  faultHoldToleranceMs: 10_000,
  strandedToleranceMs: 5_000,
  stallEvidenceMs: 60_000,
  holdUpToleranceMs: 5_000,
  pauseToleranceMs: 5_000,
  dismissedSessions: new Set(),
};

/** `A: commit waits 12.3 s` */
export function findingText({ title, lastedMs }: Pick<Finding, "title" | "lastedMs">): string {
  return lastedMs === undefined ? title : `${title} ${durationText(lastedMs)}`;
}

import { type DetectorSettings, defaultDetectorSettings, type Finding, type Severity } from "../finding.ts";
import type { ClusterModel, Model } from "../model.ts";
import { playgroundNow } from "../playgroundRun.ts";
import { findBrokenDeliveries } from "./brokenDelivery.ts";
import { findBrokenInvariants } from "./brokenInvariant.ts";
import { findConnectionFailure } from "./clusterConnection.ts";
import { findGivenUpCommits } from "./commitGivenUp.ts";
import { findCommitHangs } from "./commitHang.ts";
import { findCorruptBatches } from "./corruptBatch.ts";
import { findFallbacks } from "./fellBack.ts";
import { findFencedMembers } from "./fencedMember.ts";
import { findHeldGates } from "./gateHeld.ts";
import { findUnstableGroups } from "./groupNotStable.ts";
import { findHoldingFaults } from "./heldByFault.ts";
import { findRefusedJoins } from "./joinRefused.ts";
import { findPartitionErrors } from "./partitionError.ts";
import { findPausedPartitions } from "./pausedPartitions.ts";
import { findOverduePolls } from "./pollOverdue.ts";
import { findRebalanceStorms } from "./rebalanceStorm.ts";
import { findLostRecords } from "./recordsLost.ts";
import { findSlowCallbacks } from "./slowCallback.ts";
import { findStrandedPartitions } from "./strandedPartition.ts";

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** Runs one detector, which `about` says what it looks for; undefined when it failed. */
type DetectorGuard = <T>(about: string, find: () => T) => T | undefined;

const unguarded: DetectorGuard = (_about, find) => find();

/**
 * Everything that is wrong at `now`: errors first, then the oldest. In a trace, now is its end. With a guard, a detector
 * that throws costs what it would have found and nothing else.
 */
export function detect(
  model: Model,
  now: number,
  settings: Partial<DetectorSettings> = {},
  guard: DetectorGuard = unguarded,
): readonly Finding[] {
  return detectAt(model, (cluster) => presentOf(cluster, now), settings, guard);
}

/** The same for a model of the past: each cluster at a moment of its own clock, whatever that shows at present. */
export function detectAt(
  model: Model,
  momentOf: (cluster: ClusterModel) => number,
  settings: Partial<DetectorSettings> = {},
  guard: DetectorGuard = unguarded,
): readonly Finding[] {
  const all = { ...defaultDetectorSettings, ...settings };
  return [...model.clusters.values()]
    .flatMap((cluster) => detectIn(cluster, { now: momentOf(cluster), settings: all, guard }))
    .sort((a, b) => rank[a.severity] - rank[b.severity] || a.since - b.since || (a.id < b.id ? -1 : 1));
}

/** The present of a cluster: a trace's ended when it was written. */
export function presentOf(cluster: ClusterModel, now: number): number {
  if (cluster.profile?.kind === "trace") return cluster.lastAt;
  return playgroundNow(cluster.playground, now, cluster.lastAt);
}

interface Detecting {
  readonly now: number;
  readonly settings: DetectorSettings;
  readonly guard: DetectorGuard;
}

function detectIn(cluster: ClusterModel, { now, settings, guard }: Detecting): readonly Finding[] {
  const { dismissedSessions: dismissed, holdUpToleranceMs } = settings;
  const storms = guard("rebalances again and again", () => findRebalanceStorms(cluster, now)) ?? [];
  // Each of its rounds would be found as well.
  const except = new Set(storms.flatMap(({ subjects }) => groupIdsOf(subjects)));
  const detectors: readonly (readonly [about: string, find: () => readonly Finding[]])[] = [
    ["the connection", () => findConnectionFailure(cluster)],
    ["commits that hang", () => findCommitHangs(cluster, now, settings.commitToleranceMs)],
    ["commits given up", () => findGivenUpCommits(cluster, dismissed)],
    ["corrupt batches", () => findCorruptBatches(cluster)],
    ["partitions with errors", () => findPartitionErrors(cluster)],
    ["stranded partitions", () => findStrandedPartitions(cluster, now, settings)],
    ["groups that are not stable", () => unstableGroups(cluster, { now, settings, except })],
    ["broken invariants", () => findBrokenInvariants(cluster)],
    ["broken deliveries", () => findBrokenDeliveries(cluster)],
    ["held gates", () => findHeldGates(cluster, now, holdUpToleranceMs)],
    ["slow callbacks", () => findSlowCallbacks(cluster, now, holdUpToleranceMs)],
    ["overdue polls", () => findOverduePolls(cluster, now)],
    ["lost records", () => findLostRecords(cluster)],
    ["fenced members", () => findFencedMembers(cluster, dismissed)],
    ["refused joins", () => findRefusedJoins(cluster, dismissed)],
    ["fallbacks to the classic protocol", () => findFallbacks(cluster)],
    ["paused partitions", () => findPausedPartitions(cluster, now, settings.pauseToleranceMs)],
    ["faults that hold", () => findHoldingFaults(cluster, now, settings.faultHoldToleranceMs)],
  ];
  return [...storms, ...detectors.flatMap(([about, find]) => guard(about, find) ?? [])];
}

function unstableGroups(
  cluster: ClusterModel,
  of: { readonly now: number; readonly settings: DetectorSettings; readonly except: ReadonlySet<string> },
): readonly Finding[] {
  const { now, settings, except } = of;
  return findUnstableGroups(cluster, now, { toleranceMs: settings.rebalanceToleranceMs, except });
}

function groupIdsOf(subjects: Finding["subjects"]): readonly string[] {
  return subjects.flatMap((subject) => (subject.kind === "group" ? [subject.groupId] : []));
}

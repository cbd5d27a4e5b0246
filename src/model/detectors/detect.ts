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

/** Everything that is wrong at `now`: errors first, then the oldest. In a trace, now is its end. */
export function detect(
  model: Model,
  now: number,
  settings: Partial<DetectorSettings> = {},
): readonly Finding[] {
  return detectAt(model, (cluster) => presentOf(cluster, now), settings);
}

/** The same for a model of the past: each cluster at a moment of its own clock, whatever that shows at present. */
export function detectAt(
  model: Model,
  momentOf: (cluster: ClusterModel) => number,
  settings: Partial<DetectorSettings> = {},
): readonly Finding[] {
  const all = { ...defaultDetectorSettings, ...settings };
  return [...model.clusters.values()]
    .flatMap((cluster) => detectIn(cluster, momentOf(cluster), all))
    .sort((a, b) => rank[a.severity] - rank[b.severity] || a.since - b.since || (a.id < b.id ? -1 : 1));
}

/** The present of a cluster: a trace's ended when it was written. */
export function presentOf(cluster: ClusterModel, now: number): number {
  if (cluster.profile?.kind === "trace") return cluster.lastAt;
  return playgroundNow(cluster.playground, now, cluster.lastAt);
}

function detectIn(cluster: ClusterModel, now: number, settings: DetectorSettings): readonly Finding[] {
  const storms = findRebalanceStorms(cluster, now);
  return [
    ...findConnectionFailure(cluster),
    ...findCommitHangs(cluster, now, settings.commitToleranceMs),
    ...findGivenUpCommits(cluster, settings.dismissedSessions),
    ...findCorruptBatches(cluster),
    ...findPartitionErrors(cluster),
    ...findStrandedPartitions(cluster, now, settings),
    ...storms,
    ...findUnstableGroups(cluster, now, {
      toleranceMs: settings.rebalanceToleranceMs,
      // Each of its rounds would be found as well.
      except: new Set(storms.flatMap(({ subjects }) => groupIdsOf(subjects))),
    }),
    ...findBrokenInvariants(cluster),
    ...findBrokenDeliveries(cluster),
    ...findHeldGates(cluster, now, settings.holdUpToleranceMs),
    ...findSlowCallbacks(cluster, now, settings.holdUpToleranceMs),
    ...findOverduePolls(cluster, now),
    ...findLostRecords(cluster),
    ...findFencedMembers(cluster, settings.dismissedSessions),
    ...findRefusedJoins(cluster, settings.dismissedSessions),
    ...findFallbacks(cluster),
    ...findPausedPartitions(cluster, now, settings.pauseToleranceMs),
    ...findHoldingFaults(cluster, now, settings.faultHoldToleranceMs),
  ];
}

function groupIdsOf(subjects: Finding["subjects"]): readonly string[] {
  return subjects.flatMap((subject) => (subject.kind === "group" ? [subject.groupId] : []));
}

import type { CommitView } from "#model/commits.ts";
import { commitWait } from "#model/commitWait.ts";
import { commitOffsetsText } from "#model/commitWords.ts";
import { countText } from "#model/words.ts";
import type { CommitLane, CommitMark, LaneRef } from "#webview/rebalances/contract.ts";
import { outcomeText } from "./commitOutcome.ts";
import type { Scene } from "./input.ts";
import { type LaneIndex, sameLane } from "./laneKeys.ts";
import { overlaps } from "./timeWindow.ts";

const maxMarksOfAll = 1_000;

/** Whose commit it is: our session, or a foreign member as the broker saw it. Undefined for the broker's view of one of ours. */
export function committerOf(
  index: LaneIndex,
  commit: CommitView,
): { readonly lane: LaneRef; readonly name: string } | undefined {
  const { latest } = commit;
  if (latest.vantage === "member" && latest.sessionId !== undefined) {
    const ref: LaneRef = { by: "session", sessionId: latest.sessionId };
    return { lane: ref, name: index.rowOf(ref)?.name ?? latest.clientId ?? latest.sessionId };
  }
  const owner = index.ownerOf(latest.memberId ?? "");
  // Our own sessions tell of their commits themselves, and more of them.
  if (owner.lane.by === "session") return undefined;
  return latest.memberId ? owner : { lane: owner.lane, name: latest.clientId ?? "no member" };
}

/** Every commit kept, oldest first. */
export function allCommits(scene: Pick<Scene, "group">): readonly CommitView[] {
  const { commits } = scene.group;
  const open = [...(commits?.open.values() ?? [])].flatMap((bySource) => [...bySource.values()]);
  return [...(commits?.settled ?? []), ...open].sort((a, b) => a.latest.queuedAt - b.latest.queuedAt);
}

/** Until when a commit was waited for; undefined while it is. */
export function commitEnd(commit: CommitView): number | undefined {
  return commit.latest.state === "settled" ? commit.latest.stateSince : undefined;
}

/** Waits, or waited, longer than the tolerance. */
export function isHanging(scene: Pick<Scene, "input" | "now">, commit: CommitView): boolean {
  return (commitEnd(commit) ?? scene.now) - commit.latest.queuedAt >= scene.input.commitToleranceMs;
}

/** One lane for everyone who committed in the window. */
export function commitLanes(scene: Scene, index: LaneIndex): readonly CommitLane[] {
  const lanes: { readonly ref: LaneRef; readonly name: string; readonly commits: CommitView[] }[] = [];
  for (const commit of allCommits(scene)) {
    if (!overlaps(scene.range, { fromAt: commit.latest.queuedAt, toAt: commitEnd(commit) })) continue;
    const committer = committerOf(index, commit);
    if (!committer) continue;
    const { ref, name } = index.rowOf(committer.lane) ?? { ref: committer.lane, name: committer.name };
    let lane = lanes.find((each) => sameLane(each.ref, ref) && each.name === name);
    if (!lane) {
      lane = { ref, name, commits: [] };
      lanes.push(lane);
    }
    lane.commits.push(commit);
  }
  const budget = Math.max(20, Math.floor(maxMarksOfAll / Math.max(1, lanes.length)));
  return lanes
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ ref, name, commits }) => ({
      ref: { kind: "member", lane: ref },
      name,
      marks: aggregate(scene, commits, { lane: ref, budget }),
    }));
}

function aggregate(
  scene: Scene,
  commits: readonly CommitView[],
  of: { readonly lane: LaneRef; readonly budget: number },
): readonly CommitMark[] {
  const { fromMs, toMs } = scene.range;
  const apart =
    commits.length <= of.budget ? scene.bucketMs : Math.max(scene.bucketMs, (toMs - fromMs) / of.budget);
  const marks: CommitMark[] = [];
  let near: CommitView[] = [];
  const flush = () => {
    if (near.length > 0)
      marks.push(near.length === 1 && near[0] ? markOf(scene, near[0]) : asOne(near, of.lane));
    near = [];
  };
  for (const commit of commits) {
    // What waits or hung is what one looks for: never hidden in a heap.
    if (commitEnd(commit) === undefined || isHanging(scene, commit)) {
      flush();
      marks.push(markOf(scene, commit));
      continue;
    }
    const first = near[0];
    if (first && commit.latest.queuedAt - first.latest.queuedAt > apart) flush();
    near.push(commit);
  }
  flush();
  return marks;
}

function markOf(scene: Scene, commit: CommitView): CommitMark {
  const { latest } = commit;
  return {
    ref: { kind: "commit", sourceId: latest.sourceId, commitId: latest.commitId },
    fromMs: latest.queuedAt,
    toMs: commitEnd(commit),
    state: stateOf(commit),
    hanging: isHanging(scene, commit),
    text: textOf(scene, commit),
    count: 1,
    deadlineMs: latest.deadlineAt,
  };
}

/** What it waits for; else what it committed, or why not, which matters more than the offsets. */
function textOf(scene: Scene, commit: CommitView): string {
  const { latest } = commit;
  if (latest.state !== "settled") {
    return `waits: ${commitWait({ cluster: scene.cluster, group: scene.group, now: scene.now }, commit).waitsFor}`;
  }
  const offsets = commitOffsetsText(latest, 2);
  return latest.outcome === "committed" ? offsets : `${outcomeText(commit)} · ${offsets}`;
}

function asOne(commits: readonly CommitView[], lane: LaneRef): CommitMark {
  const fromMs = commits[0]?.latest.queuedAt ?? 0;
  const toMs = Math.max(...commits.map((commit) => commitEnd(commit) ?? fromMs));
  const failed = commits.filter((commit) => stateOf(commit) !== "committed").length;
  return {
    ref: { kind: "commits", lane, fromMs, toMs },
    fromMs,
    toMs,
    state: failed === 0 ? "committed" : failed === commits.length ? "failed" : "mixed",
    hanging: false,
    text: `${countText(commits.length)} commits${failed > 0 ? `, ${countText(failed)} of them failed` : ""}`,
    count: commits.length,
  };
}

function stateOf({ latest }: CommitView): CommitMark["state"] {
  if (latest.state !== "settled") return latest.state;
  switch (latest.outcome) {
    case "committed":
      return "committed";
    case "released":
    case "cancelled":
    case "deadlinePassed":
      return "released";
    case "failed":
    case undefined:
      return "failed";
  }
}

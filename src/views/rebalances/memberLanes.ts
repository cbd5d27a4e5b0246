import type { GoneMark, LaneRef, MemberLane, PhaseSegment } from "#webview/rebalances/contract.ts";
import type { Scene } from "./input.ts";
import { isOwn, type LaneIndex } from "./laneKeys.ts";
import type { LaneRow, NamedLane } from "./laneRows.ts";
import { drawnPhase, phaseLine, phaseText } from "./phaseWords.ts";
import { overlaps } from "./timeWindow.ts";

const maxLanes = 200;
const maxSegmentsOfAll = 3_000;

/** The members that are seen in the window, with what they did. */
export function memberLanes(scene: Scene, index: LaneIndex): readonly MemberLane[] {
  const shown = seenRows(scene, index).slice(0, maxLanes);
  const budget = Math.max(10, Math.floor(maxSegmentsOfAll / Math.max(1, shown.length)));
  return shown.map((row) => memberLane(scene, row, budget));
}

/** How many members were left out, as there were too many to draw. */
export function hiddenLanes(scene: Scene, index: LaneIndex): number {
  return Math.max(0, seenRows(scene, index).length - maxLanes);
}

/** How a member's end is said. */
export function goneText(gone: {
  readonly how: GoneMark["how"];
  readonly reason: string | undefined;
}): string {
  const how = gone.how === "disappeared" ? "no longer in the group" : gone.how;
  return gone.reason === undefined || gone.reason === "" ? how : `${how}: ${gone.reason}`;
}

function seenRows(scene: Scene, index: LaneIndex): readonly LaneRow[] {
  return index.rows.filter(({ lives }) => lives.some((named) => isSeen(scene, named)));
}

function isSeen(scene: Scene, { lane }: NamedLane): boolean {
  return lane.segments.some((segment) => overlaps(scene.range, segment));
}

function memberLane(scene: Scene, row: LaneRow, budget: number): MemberLane {
  const { cluster, range } = scene;
  const lives = row.lives.filter((named) => isSeen(scene, named));
  const newest = lives.at(-1);
  const segments = lives.flatMap(({ ref, lane }) =>
    lane.segments
      .filter((segment) => overlaps(range, segment))
      .flatMap((segment) => drawn(scene, ref, segment)),
  );
  return {
    ref: { kind: "member", lane: row.ref },
    name: row.name,
    memberId: newest?.lane.memberIds.at(-1) ?? null,
    ours: row.lives.some(({ ref }) => isOwn(cluster, ref)),
    scripted: row.lives.some(
      ({ ref }) => ref.by === "session" && cluster.sessions.get(ref.sessionId)?.started?.scripted,
    ),
    isLeader: newest?.lane.isLeader ?? false,
    vantage: newest?.lane.vantage ?? "sampled",
    phases: mergeShort(segments, { scene, budget }),
    gone: lives.flatMap((named) => goneMark(scene, named)),
  };
}

function goneMark({ range }: Scene, { ref, lane: { gone } }: NamedLane): readonly GoneMark[] {
  if (!gone || gone.at < range.fromMs || gone.at > range.toMs) return [];
  return [
    { ref: { kind: "gone", lane: ref, atMs: gone.at }, atMs: gone.at, how: gone.how, text: goneText(gone) },
  ];
}

function drawn(scene: Scene, lane: LaneRef, segment: NamedLane["lane"]["segments"][number]): PhaseSegment[] {
  const phase = drawnPhase(segment.phase);
  if (!phase) return [];
  const text = phaseText(segment.phase, segment.toAt !== undefined);
  const { generationId, reason } = segment;
  return [
    {
      ref: { kind: "phase", lane, fromMs: segment.fromAt },
      phase,
      fromMs: segment.fromAt,
      toMs: segment.toAt,
      generationId,
      text,
      detail: phaseLine({
        text,
        word: scene.generationWord,
        lastedMs: (segment.toAt ?? scene.now) - segment.fromAt,
        generationId,
        reason,
      }),
    },
  ];
}

/** Neighbours too short to be seen become one, drawn as the longest of them; more than `budget` are never drawn. */
function mergeShort(
  segments: readonly PhaseSegment[],
  { scene, budget }: { readonly scene: Scene; readonly budget: number },
): readonly PhaseSegment[] {
  const { fromMs, toMs } = scene.range;
  const fits = segments.length <= budget;
  const least = fits ? scene.bucketMs : Math.max(scene.bucketMs, (toMs - fromMs) / budget);
  const merged: PhaseSegment[] = [];
  let run: PhaseSegment[] = [];
  const end = (segment: PhaseSegment) => segment.toMs ?? scene.now;
  const flush = () => {
    const [first] = run;
    const last = run.at(-1);
    if (first && last) merged.push(run.length === 1 ? first : asOne(run, { first, last, end }));
    run = [];
  };
  for (const segment of segments) {
    const first = run[0];
    const last = run.at(-1);
    // What lies far apart is no neighbour, as of a member that was away in between.
    if (last && segment.fromMs - end(last) >= least) flush();
    else if (first && end(segment) - first.fromMs > least && end(run.at(-1) ?? first) - first.fromMs >= least)
      flush();
    if (end(segment) - segment.fromMs >= least) {
      flush();
      merged.push(segment);
    } else {
      run.push(segment);
    }
  }
  flush();
  return merged;
}

function asOne(
  run: readonly PhaseSegment[],
  of: {
    readonly first: PhaseSegment;
    readonly last: PhaseSegment;
    readonly end: (segment: PhaseSegment) => number;
  },
): PhaseSegment {
  const longest = run.reduce((best, each) =>
    of.end(each) - each.fromMs > of.end(best) - best.fromMs ? each : best,
  );
  return {
    ...longest,
    ref: of.first.ref,
    fromMs: of.first.fromMs,
    toMs: of.last.toMs,
    detail: `${run.length} short phases: ${[...new Set(run.map(({ text }) => text))].join(", ")}. Zoom in to see them.`,
    merged: run.length,
  };
}

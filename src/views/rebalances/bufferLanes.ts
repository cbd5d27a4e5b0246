import type { SessionModel } from "#model/model.ts";
import { bufferTotals } from "#model/sessions.ts";
import { sessionName } from "#model/sessionView.ts";
import type { BufferLane, BufferPoint } from "#webview/rebalances/contract.ts";
import { bufferNotes } from "./bufferNotes.ts";
import type { Scene } from "./input.ts";
import { overlaps } from "./timeWindow.ts";

type Point = SessionModel["bufferHistory"]["points"][number];

const maxPointsOfAll = 1_000;
const maxNotes = 50;

/** What our debug consumers in the group had buffered; scripted members keep theirs to themselves. */
export function bufferLanes(scene: Scene): readonly BufferLane[] {
  const sessions = [...scene.cluster.sessions.values()].filter(
    ({ started, ended }) =>
      started?.groupId === scene.group.groupId &&
      !started.scripted &&
      overlaps(scene.range, { fromAt: started.at, toAt: ended?.at }),
  );
  const budget = Math.max(20, Math.floor(maxPointsOfAll / Math.max(1, sessions.length)));
  return sessions
    .map((session) => bufferLane(scene, session, budget))
    .filter((lane) => lane.points.length > 0);
}

/** Every point kept of a session, up to the present. */
export function bufferPoints(session: SessionModel, now: number): readonly Point[] {
  const { points, changedAt } = session.bufferHistory;
  const totals = bufferTotals(session);
  const last = changedAt === undefined ? [] : [{ at: changedAt, ...totals }];
  // The present is read from the partitions themselves, as the history is coarse.
  return changedAt === undefined ? points : [...points, ...last, { at: Math.max(now, changedAt), ...totals }];
}

function bufferLane(scene: Scene, session: SessionModel, budget: number): BufferLane {
  const { sessionId } = session;
  const points = thinned(
    inRange(scene, bufferPoints(session, session.ended?.at ?? scene.now)),
    scene,
    budget,
  );
  return {
    ref: { kind: "member", lane: { by: "session", sessionId } },
    sessionId,
    name: sessionName(session),
    points: points.map(
      ({ at, records, pausedRecords, bytes }): BufferPoint => ({
        ref: { kind: "buffer", sessionId, atMs: at },
        atMs: at,
        records,
        pausedRecords,
        bytes,
      }),
    ),
    maxRecords: points.reduce((max, point) => Math.max(max, point.records), 1),
    capRecords: session.started?.maxBufferedRecords ?? null,
    endedMs: session.ended?.at,
    notes: bufferNotes(session)
      .filter(({ at }) => at >= scene.range.fromMs && at <= scene.range.toMs)
      .slice(-maxNotes)
      .map(({ at, text }) => ({ atMs: at, text })),
  };
}

/** Those in the window, and the one before it: a point holds until the next. */
function inRange(scene: Scene, points: readonly Point[]): readonly Point[] {
  const { fromMs, toMs } = scene.range;
  const first = points.findLastIndex(({ at }) => at <= fromMs);
  return points.slice(Math.max(0, first)).filter(({ at }) => at <= toMs);
}

/** The highest of each stretch that is too short to be seen. */
function thinned(points: readonly Point[], scene: Scene, budget: number): readonly Point[] {
  if (points.length <= budget) return points;
  const { fromMs, toMs } = scene.range;
  const stretch = Math.max(scene.bucketMs, (toMs - fromMs) / budget);
  const highest = new Map<number, Point>();
  for (const point of points) {
    const key = Math.floor((point.at - fromMs) / stretch);
    const known = highest.get(key);
    if (!known || point.records > known.records) highest.set(key, point);
  }
  return [...highest.values()].sort((a, b) => a.at - b.at);
}

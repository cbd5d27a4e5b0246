import { CancelledError, type Clock } from "#base/clock.ts";
import { parseJson } from "#base/json.ts";
import { createModel, fold, type ModelState } from "#model/model.ts";
import { modelFromKeyframe } from "#model/traceModel.ts";
import type { Moment } from "#trace/ring.ts";
import { headerLine } from "#trace/traceFormat.ts";
import { type TraceItem, TraceReader } from "#trace/traceReader.ts";
import type { Waypoint } from "./waypoints.ts";

/** How long is folded in one go before others get their turn. */
const turnMs = 8;

/** The part of a trace's file between two waypoints. */
export interface Stretch {
  readonly waypoint: Waypoint;
  readonly untilByte: number;
  /** The file's bytes from the waypoint on. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Folds a cluster up to a moment, from the last waypoint before it. */
export async function foldMoment(
  { waypoint, untilByte, pieces }: Stretch,
  { clusterId, at }: Moment,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<ModelState> {
  const reader = new TraceReader();
  let model = createModel();
  if (waypoint.model !== undefined) {
    model = modelFromKeyframe(parseJson(waypoint.model)).model;
    // What stands before the waypoint is passed over, and a trace begins with its header.
    Array.from(reader.push(new TextEncoder().encode(headerLine(""))));
  }
  const before = waypoint.fromByte - reader.nextLineAt;
  let hasBegun = waypoint.model !== undefined;
  let turnAt = clock.now();
  const take = (items: Iterable<TraceItem>) => {
    for (const item of items) {
      if (item.kind === "observation") {
        hasBegun = true;
        const { observation } = item;
        if (observation.clusterId === clusterId && observation.at <= at) fold(model, observation);
      } else if (item.kind === "keyframe" && !hasBegun) {
        model = modelFromKeyframe(item.model).model;
      }
    }
  };
  for await (const piece of pieces) {
    if (signal.aborted) throw new CancelledError("aborted", "moment of a trace");
    take(reader.push(piece));
    if (before + reader.nextLineAt >= untilByte) return model;
    if (clock.now() - turnAt < turnMs) continue;
    await clock.yieldTurn();
    turnAt = clock.now();
  }
  take(reader.end());
  return model;
}

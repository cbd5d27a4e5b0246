import { evictionText } from "#model/detectors/gateHeld.ts";
import type { SessionModel } from "#model/model.ts";
import { heldCallback, heldRebalance, runningCallback, throttledUntil } from "#model/sessionHolds.ts";
import { countedText, durationText, partitionsText } from "#model/words.ts";
import type { Field } from "./markdown.ts";
import { joined, lasting } from "./numbers.ts";
import { type TreeContext, timeIn } from "./treeContext.ts";

/** What holds it up, or what it holds up, for the row: `holds up a rebalance 4.2 s · evicted in 8.0 s`. */
export function holdText(session: SessionModel, now: number): string {
  const held = heldRebalance(session);
  const callback = runningCallback(session);
  const heldUp = heldCallback(session);
  const until = throttledUntil(session, now);
  return joined(
    held && `holds up a rebalance${lasting(now - held.since)}`,
    held && evictionText(held, now),
    heldUp && `holds up its on-${heldUp.callback} callback${lasting(now - heldUp.since)}`,
    callback && `on-${callback.callback} callback runs${lasting(now - callback.startedAt)}`,
    until !== undefined && `throttled ${durationText(until - now)} more`,
  );
}

/** Far from the state, as it is the rule with `blockRebalanceOnPoll`: whether the group could rebalance now. */
export function gateText(session: SessionModel): string | undefined {
  const { gate, ended } = session;
  if (ended || !gate?.held || gate.waitingSince !== undefined || gate.callbackWaits) return undefined;
  return "rebalances held off";
}

/** For the tooltip. */
export function holdFields(context: TreeContext, session: SessionModel, now: number): readonly Field[] {
  const { gate, ended, state } = session;
  const callback = runningCallback(session);
  const until = throttledUntil(session, now);
  const since = (at: number | undefined) => timeIn(context, at);
  const fields: readonly (Field | false | undefined)[] = [
    state?.notPolledSince !== undefined && ["not polled in time", `since ${since(state.notPolledSince)}`],
    !ended && gate?.held && ["rebalances held off", gateField(gate, since)],
    !ended &&
      gate?.waitingSince !== undefined && [
        "a rebalance waits",
        joined(`since ${since(gate.waitingSince)}`, gate.reason),
      ],
    !ended &&
      gate?.callbackWaits && [
        "a callback waits",
        joined(
          `on-${gate.callbackWaits.callback} since ${since(gate.callbackWaits.since)}`,
          partitionsText(gate.callbackWaits.partitions),
        ),
      ],
    !ended && gate?.evictedAt !== undefined && ["evicted unless it rejoins by", since(gate.evictedAt)],
    callback && [
      "callback that runs",
      joined(
        `on-${callback.callback} since ${since(callback.startedAt)}`,
        partitionsText(callback.partitions),
      ),
    ],
    until !== undefined && ["throttled until", since(until)],
  ];
  return fields.filter((field) => field !== false && field !== undefined);
}

function gateField(
  { heldSince, records }: NonNullable<SessionModel["gate"]>,
  since: (at: number | undefined) => string | undefined,
): string {
  return joined(
    heldSince !== undefined && `since ${since(heldSince)}`,
    records !== undefined && `${countedText(records, "record")} in hand`,
  );
}

import type { Clock } from "#base/clock.ts";
import type { Event } from "#base/events.ts";
import { DisposableStore } from "#base/lifecycle.ts";
import type { FetchedPartition, FetchPartition } from "./fetchSession.ts";
import { type LocatedReplica, placeIn, visibleEnd } from "./readPartition.ts";

/** One fetch over several partitions. */
export interface FetchWait {
  readonly clock: Clock;
  /** Fires when nobody waits for the answer any more. */
  readonly onGone: Event<void>;
  readonly partitions: readonly FetchPartition[];
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isCommittedOnly: boolean;
  locate(wanted: FetchPartition): LocatedReplica;
  read(
    wanted: FetchPartition,
    limits: { readonly maxBytes: number; readonly firstAnyway: boolean },
  ): FetchedPartition;
}

/** No client may ask for more than the broker would hold in one answer. */
const mostBytes = 55 * 1024 * 1024;

/** Reads as soon as there is enough, or at the end of the wait. Undefined when nobody waits any more. */
export async function readWhenReady(fetch: FetchWait): Promise<readonly FetchedPartition[] | undefined> {
  if (!isReady(fetch) && (await waitForData(fetch)) === "gone") return undefined;
  return readAll(fetch);
}

function readAll(fetch: FetchWait): readonly FetchedPartition[] {
  let left = Math.min(fetch.maxBytes, mostBytes);
  let firstAnyway = true;
  return fetch.partitions.map((wanted) => {
    const maxBytes = Math.min(Math.max(0, wanted.partitionMaxBytes), Math.max(0, left));
    const found = fetch.read(wanted, { maxBytes, firstAnyway });
    left -= found.records.length;
    if (found.records.length > 0) firstAnyway = false;
    return found;
  });
}

/** Whether an answer now would bring enough bytes, or news that must not wait. */
function isReady(fetch: FetchWait): boolean {
  if (fetch.maxWaitMs <= 0 || fetch.minBytes <= 0 || fetch.partitions.length === 0) return true;
  let bytes = 0;
  for (const wanted of fetch.partitions) {
    const available = availableBytes(fetch, wanted);
    if (available === "news") return true;
    bytes += available;
    if (bytes >= fetch.minBytes) return true;
  }
  return false;
}

function availableBytes(fetch: FetchWait, wanted: FetchPartition): number | "news" {
  const found = fetch.locate(wanted);
  if ("error" in found || found.preferredReadReplica !== undefined) return "news";
  if (placeIn(found, wanted) !== "inRange") return "news";
  if (wanted.fetchOffset >= found.highWatermark) return 0;
  // A large batch counts as at most what the client takes of this partition, as Kafka counts it.
  const end = visibleEnd(found, fetch.isCommittedOnly);
  const bytes = found.log.bytesFrom(wanted.fetchOffset, end, fetch.minBytes);
  return Math.min(bytes, Math.max(1, wanted.partitionMaxBytes));
}

function waitForData(fetch: FetchWait): Promise<"ready" | "gone"> {
  return new Promise((resolve) => {
    const waits = new DisposableStore();
    const end = (how: "ready" | "gone") => {
      hasEnded = true;
      waits.dispose();
      resolve(how);
    };
    let isCheckDue = false;
    let hasEnded = false;
    const check = () => {
      isCheckDue = false;
      if (!hasEnded && isReady(fetch)) end("ready");
    };
    // Once for all partitions that one request appends to: a look at each of them is not free.
    const appended = () => {
      if (!isCheckDue) queueMicrotask(check);
      isCheckDue = true;
    };
    for (const wanted of fetch.partitions) {
      const found = fetch.locate(wanted);
      if ("log" in found) waits.add(found.log.onAppended(appended));
    }
    waits.add(fetch.onGone(() => end("gone")));
    waits.add(fetch.clock.schedule(fetch.maxWaitMs, () => end("ready")));
  });
}

import type { Clock } from "#base/clock.ts";
import type { Event } from "#base/events.ts";
import { DisposableStore } from "#base/lifecycle.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import type { FetchedPartition, FetchPartition } from "./fetchSession.ts";

/** One fetch over several partitions. */
export interface FetchWait {
  readonly clock: Clock;
  /** Fires when nobody waits for the answer any more. */
  readonly onGone: Event<void>;
  readonly partitions: readonly FetchPartition[];
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  locate(wanted: FetchPartition): { readonly log: PartitionLog } | { readonly error: KnownErrorName };
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

/** Whether an answer now would bring enough bytes, or an error that must not wait. */
function isReady(fetch: FetchWait): boolean {
  if (fetch.maxWaitMs <= 0 || fetch.minBytes <= 0 || fetch.partitions.length === 0) return true;
  let bytes = 0;
  for (const wanted of fetch.partitions) {
    const available = availableBytes(fetch, wanted);
    if (available === "error") return true;
    bytes += available;
    if (bytes >= fetch.minBytes) return true;
  }
  return false;
}

function availableBytes(fetch: FetchWait, wanted: FetchPartition): number | "error" {
  const found = fetch.locate(wanted);
  if ("error" in found) return "error";
  const { log } = found;
  const { fetchOffset } = wanted;
  if (fetchOffset < log.logStartOffset || fetchOffset > log.logEndOffset) return "error";
  if (wanted.lastFetchedEpoch > log.leaderEpoch) return "error";
  // A large batch counts as at most what the client takes of this partition, as Kafka counts it.
  return Math.min(log.bytesFrom(fetchOffset, fetch.minBytes), Math.max(1, wanted.partitionMaxBytes));
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

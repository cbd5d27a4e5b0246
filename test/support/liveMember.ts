import { setTimeout as sleepFor } from "node:timers/promises";
import { topicPartitionText } from "#base/topicPartition.ts";
import type { CommitResult } from "#engine/commit/commitEntry.ts";
import { type ConsumerOptions, usualBehaviour } from "#engine/consumerOptions.ts";
import { ConsumerSession } from "#engine/consumerSession.ts";
import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import type { CloseOrder } from "#engine/leaveInOrder.ts";
import type { ClusterClient } from "#network/clusterClient.ts";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import type { ObservationBody, ObservationType } from "#trace/observation.ts";
import { type RealAccess, realClient } from "./realCluster.ts";

/** A delivered record, its bytes as text. */
export interface LiveRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: bigint;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string | null>>;
}

/** How everything is read. */
export interface FlowOptions {
  readonly commit?: boolean;
  /** Each of those commits, when it has ended. */
  readonly onCommit?: (result: CommitResult) => void;
}

let started = 0;

/** One of our sessions on real sockets and real time, with everything it read and said. */
export class LiveMember {
  readonly session: ConsumerSession;
  readonly seen: ObservationBody[] = [];
  readonly read: LiveRecord[] = [];
  readonly #cluster: ClusterClient;
  readonly #over = new AbortController();
  #flowing: Promise<void> | undefined;

  /** Starts at once; options left out are quick ones. */
  constructor(access: RealAccess, options: Partial<ConsumerOptions> & Pick<ConsumerOptions, "topics">) {
    const sessionId = `live-${++started}`;
    const clientId = options.clientId ?? sessionId;
    this.#cluster = realClient({ ...access, clientId });
    const deps = {
      cluster: this.#cluster,
      clock: systemClock,
      random: systemRandom,
      observe: (body: ObservationBody) => void this.seen.push(body),
    };
    this.session = new ConsumerSession(
      { ...quickOptions, sessionId, name: sessionId, ...options, clientId },
      deps,
    );
    this.session.start();
  }

  /** Reads everything that comes, until it is stopped; commits each poll's records before the next one if asked to. */
  flow(options: FlowOptions = {}): this {
    this.#flowing ??= this.#flow(options);
    return this;
  }

  /** One poll, also kept in `read`. */
  async poll(maxRecords: number, timeoutMs = 2_000): Promise<readonly LiveRecord[]> {
    const records = (await this.session.poll({ maxRecords, timeoutMs, signal: this.#over.signal })).map(
      asText,
    );
    this.read.push(...records);
    return records;
  }

  /** What it has now, as `orders-3`, sorted. */
  assignment(): readonly string[] {
    return this.session.assignment().map(topicPartitionText).sort();
  }

  /** In a generation that is settled, with this many partitions. */
  has(partitions: number): boolean {
    return this.session.membership()?.state === "stable" && this.session.assignment().length === partitions;
  }

  all<T extends ObservationType>(type: T): readonly Extract<ObservationBody, { readonly type: T }>[] {
    return this.seen.filter(
      (body): body is Extract<ObservationBody, { readonly type: T }> => body.type === type,
    );
  }

  /** Ends in good order, and closes its connections. */
  async stop(leaveGroup: CloseOrder["leaveGroup"] = true): Promise<void> {
    this.#over.abort();
    await this.#flowing;
    await this.session.close({ deadlineMs: 3_000, leaveGroup, reason: "the test is over" });
    this.#cluster.close();
  }

  async #flow({ commit = false, onCommit }: FlowOptions): Promise<void> {
    while (!this.#over.signal.aborted) {
      // A session that ended says so by refusing; the test sees it in what was observed.
      const records = await this.poll(1_000, 250).catch(() => {
        this.#over.abort();
        return [];
      });
      if (commit && records.length > 0) {
        const result = await this.session.commit({ deadlineMs: 10_000 });
        onCommit?.(result);
      }
      this.session.allowRebalance();
    }
  }
}

/** Waits until `holds`, and says what was the case instead. */
export async function until(holds: () => boolean, what: () => string, limitMs = 20_000): Promise<void> {
  const giveUpAt = Date.now() + limitMs;
  while (!holds()) {
    if (Date.now() > giveUpAt) throw new Error(`not within ${limitMs} ms: ${what()}`);
    await sleepFor(20);
  }
}

const quickOptions: Omit<ConsumerOptions, "sessionId" | "name" | "clientId" | "topics"> = {
  assignors: ["range"],
  startPosition: { kind: "committed", else: "start" },
  resetPolicy: "start",
  isolation: "read_uncommitted",
  corruptBatchPolicy: "halt",
  maxBufferedRecords: 10_000,
  maxBufferedBytes: 16 << 20,
  ...usualBehaviour,
  sessionTimeoutMs: 6_000,
  rebalanceTimeoutMs: 10_000,
  heartbeatIntervalMs: 300,
  fetch: { maxWaitMs: 200, minBytes: 1, maxBytes: 8 << 20, maxPartitionBytes: 1 << 20 },
  scripted: false,
};

function asText(record: ConsumedRecord): LiveRecord {
  const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString("utf8"));
  const { topic, partition, offset, timestamp } = record;
  const headers = Object.fromEntries(record.headers.map(({ key, value }) => [key, text(value)]));
  return { topic, partition, offset, timestamp, key: text(record.key), value: text(record.value), headers };
}

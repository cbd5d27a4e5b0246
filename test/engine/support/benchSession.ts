import type { Assignor } from "#assignors/assignor.ts";
import type { Random } from "#base/random.ts";
import { type ConsumerOptions, usualBehaviour } from "#engine/consumerOptions.ts";
import { ConsumerSession } from "#engine/consumerSession.ts";
import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import type { RebalanceCallbacks } from "#engine/rebalance/rebalanceCallbacks.ts";
import type { Cluster } from "#network/cluster.ts";
import type { ObservationBody } from "#trace/observation.ts";
import type { VirtualClock } from "../../support/virtualClock.ts";

/** An observation with the time it was made. */
export type Seen = ObservationBody & { readonly at: number };

/** A session on a bench, with everything it said about itself. */
export interface BenchSession {
  readonly session: ConsumerSession;
  readonly seen: readonly Seen[];
  readonly poll: (maxRecords: number, timeoutMs?: number) => Promise<readonly ConsumedRecord[]>;
}

/** A session with usual options, save for those that a test is about. */
export function benchSession(
  options: Partial<ConsumerOptions>,
  world: {
    readonly name: string;
    readonly cluster: Cluster;
    readonly clock: VirtualClock;
    readonly random: Random;
    readonly callbacks?: RebalanceCallbacks | undefined;
    readonly customAssignors?: readonly Assignor[] | undefined;
  },
): BenchSession {
  const { name, cluster, clock, random, callbacks, customAssignors } = world;
  const seen: Seen[] = [];
  const session = new ConsumerSession(
    {
      sessionId: `session-${name}`,
      name,
      clientId: `client-${name}`,
      groupId: "billing",
      topics: ["orders"],
      assignors: ["range"],
      startPosition: { kind: "committed", else: "start" },
      resetPolicy: "start",
      isolation: "read_uncommitted",
      corruptBatchPolicy: "halt",
      maxBufferedRecords: 10_000,
      maxBufferedBytes: 16 << 20,
      ...usualBehaviour,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 30_000,
      heartbeatIntervalMs: 1_000,
      fetch: { maxWaitMs: 500, minBytes: 1, maxBytes: 8 << 20, maxPartitionBytes: 1 << 20 },
      scripted: false,
      ...options,
    },
    {
      cluster,
      clock,
      random,
      observe: (body) => {
        seen.push({ ...body, at: clock.now() });
      },
      storeBytes: (bytes) => `bytes-${bytes.byteLength}`,
      callbacks,
      customAssignors,
    },
  );
  const poll = (maxRecords: number, timeoutMs = 1_000) =>
    clock.runUntil(session.poll({ maxRecords, timeoutMs }), { limitMs: 120_000 });
  return { session, seen, poll };
}

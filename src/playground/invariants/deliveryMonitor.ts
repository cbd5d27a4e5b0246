import type { Observe } from "#trace/observation.ts";
import type { BrokerDelivery } from "#trace/observations/broker.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import { AskedOffsets } from "./askedOffsets.ts";
import { type Delivery, judgeDelivery } from "./judgeDelivery.ts";
import { TransactionOutcomes } from "./transactionOutcomes.ts";

/** A flood of broken rules tells no more than so many of them. */
const mostBroken = 200;

/**
 * Watches from within the broker what it hands out: the answers to a consumer are together the log, without what was
 * aborted when it reads committed, and without anything twice. Batches are compared with the log's own, one by one and
 * without reading records, so that a Fetch costs next to nothing more.
 */
export class DeliveryMonitor {
  /** What the clients of fetch sessions said. */
  readonly asked = new AskedOffsets();
  readonly #observe: Observe;
  readonly #outcomes = new WeakMap<PartitionLog, TransactionOutcomes>();
  /** What was told already: a defect shows in each answer. */
  readonly #told = new Set<string>();

  constructor(observe: Observe) {
    this.#observe = observe;
  }

  /** To be called with the log as it was read. */
  given(delivery: Delivery): void {
    const { wanted, replica, limits, given, clientId, nodeId } = delivery;
    if (given.errorCode !== 0 || given.preferredReadReplica !== undefined || given.divergingEpoch) return;
    const fault = judgeDelivery(delivery, this.#outcomesOf(replica.log));
    if (fault === undefined) return;
    const { id } = replica.log;
    const key = JSON.stringify([clientId, id.topic, id.partition, fault.problem]);
    if (this.#told.has(key) || this.#told.size >= mostBroken) return;
    this.#told.add(key);
    const isolation = limits.isCommittedOnly ? "read_committed" : "read_uncommitted";
    const { fetchOffset } = wanted;
    const body: BrokerDelivery = {
      type: "broker.delivery",
      ...id,
      nodeId,
      clientId,
      isolation,
      fetchOffset,
      ...fault,
    };
    this.#observe(body);
  }

  #outcomesOf(log: PartitionLog): TransactionOutcomes {
    let outcomes = this.#outcomes.get(log);
    if (outcomes === undefined) {
      outcomes = new TransactionOutcomes(log);
      this.#outcomes.set(log, outcomes);
    }
    return outcomes;
  }
}

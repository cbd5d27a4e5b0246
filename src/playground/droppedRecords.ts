import type { BrokerDropped } from "#trace/observations/broker.ts";
import type { StoredBatch } from "./log/storedBatch.ts";

/** What the memory's bound took of each topic since the start, or since the topic was made. */
export class DroppedRecords {
  readonly #byTopic = new Map<string, { batches: number; records: number }>();

  dropped(topic: string, { header }: StoredBatch): void {
    const counts = this.#byTopic.get(topic) ?? { batches: 0, records: 0 };
    counts.batches++;
    counts.records += Math.max(0, header.recordCount);
    this.#byTopic.set(topic, counts);
  }

  /** Another topic may have its name. False when it had lost nothing. */
  forget(topic: string): boolean {
    return this.#byTopic.delete(topic);
  }

  report(): BrokerDropped {
    const topics = Array.from(this.#byTopic, ([topic, counts]) => ({ topic, ...counts }));
    return { type: "broker.dropped", topics };
  }
}

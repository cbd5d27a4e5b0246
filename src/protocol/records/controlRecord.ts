import type { KafkaRecord } from "./kafkaRecord.ts";

/**
 * What a control record says. It is never delivered to an application; `commit` and `abort` end a transaction of the
 * batch's producer (KIP-98), the rest stands in Kafka's own metadata log (KIP-595, KIP-630, KIP-853).
 */
export type ControlRecord =
  | {
      readonly type: "commit" | "abort";
      readonly version: number;
      /** `undefined` when the value is missing or cut. */
      readonly coordinatorEpoch: number | undefined;
    }
  | {
      readonly type: "leaderChange" | "snapshotHeader" | "snapshotFooter" | "kraftVersion" | "kraftVoters";
      readonly version: number;
    }
  | { readonly type: "unknown"; readonly version: number | undefined; readonly typeId: number | undefined };

const otherTypes = new Map([
  [2, "leaderChange"],
  [3, "snapshotHeader"],
  [4, "snapshotFooter"],
  [5, "kraftVersion"],
  [6, "kraftVoters"],
] as const);

/** Reads a record of a control batch; what cannot be read is `unknown`, since consumers must pass over it. */
export function decodeControlRecord({ key, value }: Pick<KafkaRecord, "key" | "value">): ControlRecord {
  if (key === null || key.length < 4) return { type: "unknown", version: undefined, typeId: undefined };
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  const version = view.getInt16(0);
  const typeId = view.getInt16(2);
  if (typeId === 0 || typeId === 1) {
    const coordinatorEpoch =
      value === null || value.length < 6
        ? undefined
        : new DataView(value.buffer, value.byteOffset, value.length).getInt32(2);
    return { type: typeId === 1 ? "commit" : "abort", version, coordinatorEpoch };
  }
  const type = otherTypes.get(typeId as 2);
  return type === undefined ? { type: "unknown", version, typeId } : { type, version };
}

/** Key and value of the marker that ends a transaction; it goes into a batch of its own, `control: true`. */
export function endTransactionMarker(
  type: "commit" | "abort",
  coordinatorEpoch: number,
): { readonly key: Uint8Array; readonly value: Uint8Array } {
  const key = new Uint8Array(4);
  new DataView(key.buffer).setInt16(2, type === "commit" ? 1 : 0);
  const value = new Uint8Array(6);
  new DataView(value.buffer).setInt32(2, coordinatorEpoch);
  return { key, value };
}

import { decodeBatch } from "#protocol/records/batchReader.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { decodeControlRecord, endTransactionMarker } from "#protocol/records/controlRecord.ts";
import type { ProducerStates, TransactionMarker } from "./producerStates.ts";
import type { StoredBatch } from "./storedBatch.ts";

/** The control batch that a marker is, ready to be appended. */
export function markerBatch(marker: TransactionMarker, timestamp: bigint): Uint8Array {
  const { producerId, producerEpoch, coordinatorEpoch, how } = marker;
  return encodeBatch({
    baseOffset: 0n,
    records: [{ timestamp, ...endTransactionMarker(how, coordinatorEpoch) }],
    producerId,
    producerEpoch,
    transactional: true,
    control: true,
  });
}

/** Has the producers' states know of a batch that is in the log, be it of records or a marker. */
export function noteProducer(
  producers: ProducerStates,
  { header, bytes }: Pick<StoredBatch, "header" | "bytes">,
): void {
  if (!header.isControl) {
    producers.appended(header);
    return;
  }
  const decoded = decodeBatch({ header, bytes }, { verifyCrc: false });
  const [record] = decoded.ok ? decoded.value.records : [];
  const marker = record && decodeControlRecord(record);
  if (marker?.type !== "commit" && marker?.type !== "abort") return;
  producers.markerAppended(header, { how: marker.type, coordinatorEpoch: marker.coordinatorEpoch ?? 0 });
}

import { initProducerId } from "#protocol/apis/initProducerId.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { defineHandler } from "./handler.ts";

/** Ids for idempotent producers; transactional ones are told that they cannot be served. */
export const initProducerIdHandler = defineHandler({
  api: initProducerId,
  // Version 6 is not final in Kafka.
  versions: [0, 5],
  handle(request, { broker }) {
    if (request.transactionalId !== null) return refused(errorCode("INVALID_REQUEST"));
    const { producerId, producerEpoch } = request;
    // A producer that lost a batch goes on under its id with the next epoch (KIP-360).
    const canBump = producerId >= 0n && producerEpoch >= 0 && producerEpoch < 0x7ffe;
    return canBump
      ? { throttleTimeMs: 0, errorCode: 0, producerId, producerEpoch: producerEpoch + 1 }
      : { throttleTimeMs: 0, errorCode: 0, producerId: broker.nextProducerId(), producerEpoch: 0 };
  },
  failed: (_request, code) => refused(code),
});

function refused(code: number) {
  return { throttleTimeMs: 0, errorCode: code, producerId: -1n, producerEpoch: -1 };
}

import { endTxn } from "#protocol/apis/endTxn.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { defineHandler } from "./handler.ts";
import { codeForProducer } from "./producerFenced.ts";
import { transactionCoordinatorError } from "./routing.ts";

const sinceFenced = 2;
/** The producer gets a new epoch with each transaction (KIP-890). */
const sinceBump = 5;

/** A producer ends its transaction; what it wrote becomes visible, or is passed over. */
export const endTxnHandler = defineHandler({
  api: endTxn,
  handle(request, context) {
    const { transactionalId, producerId, producerEpoch, committed } = request;
    const refused = (error: KnownErrorName) => ({
      throttleTimeMs: 0,
      errorCode: codeForProducer(error, context.version >= sinceFenced),
    });
    if (transactionalId === "") return refused("INVALID_REQUEST");
    const misplaced = transactionCoordinatorError(context, transactionalId);
    if (misplaced) return refused(misplaced);
    const ended = context.broker.transactions.end(transactionalId, {
      producerId,
      producerEpoch,
      how: committed ? "commit" : "abort",
      bumpsEpoch: context.version >= sinceBump,
    });
    if ("error" in ended) return refused(ended.error);
    const { producerId: nextId, producerEpoch: nextEpoch } = ended;
    return { throttleTimeMs: 0, errorCode: 0, producerId: nextId, producerEpoch: nextEpoch };
  },
  failed: (_request, code) => ({ throttleTimeMs: 0, errorCode: code }),
});

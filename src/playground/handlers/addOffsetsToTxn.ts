import { addOffsetsToTxn } from "#protocol/apis/addOffsetsToTxn.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { offsetsPartitionOf } from "../transactions/offsetsPartition.ts";
import { defineHandler } from "./handler.ts";
import { codeForProducer } from "./producerFenced.ts";
import { transactionCoordinatorError } from "./routing.ts";

const sinceFenced = 2;

/** A producer is going to commit a group's offsets within its transaction. */
export const addOffsetsToTxnHandler = defineHandler({
  api: addOffsetsToTxn,
  subject: ({ groupId }) => ({ groupIds: [groupId] }),
  handle(request, context) {
    const { transactionalId, groupId, producerId, producerEpoch } = request;
    const answer = (error: KnownErrorName) => ({
      throttleTimeMs: 0,
      errorCode: codeForProducer(error, context.version >= sinceFenced),
    });
    if (transactionalId === "") return answer("INVALID_REQUEST");
    const misplaced = transactionCoordinatorError(context, transactionalId);
    if (misplaced) return answer(misplaced);
    const partitions = [offsetsPartitionOf(groupId)];
    return answer(
      context.broker.transactions.add(transactionalId, { producerId, producerEpoch, partitions }),
    );
  },
  failed: (_request, code) => ({ throttleTimeMs: 0, errorCode: code }),
});

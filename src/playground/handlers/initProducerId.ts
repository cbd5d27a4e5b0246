import { type InitProducerIdRequest, initProducerId } from "#protocol/apis/initProducerId.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { ProducerIdentity } from "../transactions/transaction.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { codeForProducer } from "./producerFenced.ts";
import { transactionCoordinatorError } from "./routing.ts";

const sinceFenced = 4;

/** Ids for idempotent producers; a transactional one gets its id back with the next epoch, which fences its past. */
export const initProducerIdHandler = defineHandler({
  api: initProducerId,
  // Version 6 is not final in Kafka.
  versions: [0, 5],
  handle(request, context) {
    const given = identify(request, context);
    if ("error" in given) return refused(codeForProducer(given.error, context.version >= sinceFenced));
    const { producerId, producerEpoch } = given;
    return { throttleTimeMs: 0, errorCode: 0, producerId, producerEpoch };
  },
  failed: (_request, code) => refused(code),
});

function identify(
  request: InitProducerIdRequest,
  context: RequestContext,
): ProducerIdentity | { readonly error: KnownErrorName } {
  const { broker } = context;
  const { transactionalId, transactionTimeoutMs: timeoutMs, producerId, producerEpoch } = request;
  if (producerId < 0n !== producerEpoch < 0) return { error: "INVALID_REQUEST" };
  if (transactionalId === null) return { producerId: broker.nextProducerId(), producerEpoch: 0 };
  if (transactionalId === "") return { error: "INVALID_REQUEST" };
  const misplaced = transactionCoordinatorError(context, transactionalId);
  if (misplaced) return { error: misplaced };
  const expected = producerId < 0n ? undefined : { producerId, producerEpoch };
  return broker.transactions.init(transactionalId, { timeoutMs, expected });
}

function refused(code: number) {
  return { throttleTimeMs: 0, errorCode: code, producerId: -1n, producerEpoch: -1 };
}

import { type ListTransactionsRequest, listTransactions } from "#protocol/apis/listTransactions.ts";
import type { Transaction } from "../transactions/transaction.ts";
import { defineHandler } from "./handler.ts";
import { isTransactionCoordinator } from "./routing.ts";

/** Names that may be asked for; the last two are states that pass too quickly to be seen here. */
const states: ReadonlySet<string> = new Set([
  "Empty",
  "Ongoing",
  "PrepareCommit",
  "PrepareAbort",
  "CompleteCommit",
  "CompleteAbort",
  "Dead",
  "PrepareEpochFence",
]);

/** The transactional ids that this node coordinates, filtered (KIP-664, KIP-994). */
export const listTransactionsHandler = defineHandler({
  api: listTransactions,
  // Version 2 filters by a regular expression (KIP-1152).
  versions: [0, 1],
  handle(request, context) {
    const { broker } = context;
    const now = broker.clock.now();
    const unknownStateFilters = request.stateFilters.filter((state) => !states.has(state));
    const asksForNothing =
      request.stateFilters.length > 0 && unknownStateFilters.length === request.stateFilters.length;
    const found = asksForNothing
      ? []
      : broker.transactions.all.filter(
          (each) => isTransactionCoordinator(context, each.transactionalId) && isWanted(each, request, now),
        );
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      unknownStateFilters,
      transactionStates: found.map(({ transactionalId, producerId, phase }) => ({
        transactionalId,
        producerId,
        transactionState: phase.state,
      })),
    };
  },
  failed: (_request, code) => ({
    throttleTimeMs: 0,
    errorCode: code,
    unknownStateFilters: [],
    transactionStates: [],
  }),
});

function isWanted(
  { phase, producerId }: Transaction,
  request: ListTransactionsRequest,
  now: number,
): boolean {
  const { stateFilters, producerIdFilters, durationFilter } = request;
  if (producerIdFilters.length > 0 && !producerIdFilters.includes(producerId)) return false;
  if (stateFilters.length > 0 && !stateFilters.includes(phase.state)) return false;
  if (durationFilter < 0n) return true;
  // Measured from the start Kafka keeps, which is -1 while there was none: such an id always is old enough.
  const startedAt = "startedAt" in phase ? phase.startedAt : -1;
  return BigInt(Math.floor(now - startedAt)) > durationFilter;
}

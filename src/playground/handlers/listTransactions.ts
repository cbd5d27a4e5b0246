import { ok, type Result } from "#base/result.ts";
import { parseTopicPattern } from "#base/topicPattern.ts";
import { type ListTransactionsRequest, listTransactions } from "#protocol/apis/listTransactions.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import type { Transaction } from "../transactions/transaction.ts";
import { defineHandler } from "./handler.ts";
import { transactionCoordinatorError } from "./routing.ts";

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
  handle(request, context) {
    const { broker } = context;
    const now = broker.clock.now();
    const pattern = patternOf(request.transactionalIdPattern);
    if (!pattern.ok) return refused(errorCode("INVALID_REGULAR_EXPRESSION"));
    const unknownStateFilters = request.stateFilters.filter((state) => !states.has(state));
    const asksForNothing =
      request.stateFilters.length > 0 && unknownStateFilters.length === request.stateFilters.length;
    const errorOf = ({ transactionalId }: Transaction) =>
      transactionCoordinatorError(context, transactionalId);
    if (broker.transactions.all.some((each) => errorOf(each) === "COORDINATOR_LOAD_IN_PROGRESS")) {
      return refused(errorCode("COORDINATOR_LOAD_IN_PROGRESS"));
    }
    const found = asksForNothing
      ? []
      : broker.transactions.all.filter(
          (each) =>
            errorOf(each) === undefined &&
            pattern.value(each.transactionalId) &&
            isWanted(each, request, now),
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
  failed: (_request, code) => refused(code),
});

function refused(code: number) {
  return { throttleTimeMs: 0, errorCode: code, unknownStateFilters: [], transactionStates: [] };
}

/** A filter by a pattern in RE2 syntax (KIP-1152); none lets everything pass. */
function patternOf(text: string | null): Result<(transactionalId: string) => boolean, string> {
  if (text === null || text === "") return ok(() => true);
  const parsed = parseTopicPattern(text);
  return parsed.ok ? ok(parsed.value.matches) : parsed;
}

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

import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import { ConnectError } from "#base/transport.ts";
import type { Api } from "#protocol/api.ts";
import { addressText } from "./address.ts";
import type { BrokerConnection } from "./brokerConnection.ts";
import type { BrokerDirectory, Candidate } from "./brokerDirectory.ts";
import type { Answer, RequestBody } from "./cluster.ts";
import { ConnectionError } from "./connectionError.ts";
import type { ConnectionPool } from "./connectionPool.ts";
import type { VersionRange } from "./negotiation.ts";
import { isReading } from "./retryPolicy.ts";
import type { WaitLimit } from "./waitLimit.ts";

/** One request on its way through the client. */
export interface Call<A extends Api> {
  readonly api: A;
  readonly body: RequestBody<A>;
  readonly channel: string;
  readonly versions?: VersionRange | undefined;
  readonly silenceMs?: number | undefined;
  readonly limit: WaitLimit;
}

/** What a caller works with. */
export interface BrokerCallerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly pool: ConnectionPool;
  readonly directory: BrokerDirectory;
}

/** Sends a call to one broker, or to one after the other until one answers. */
export class BrokerCaller {
  readonly #options: BrokerCallerOptions;

  constructor(options: BrokerCallerOptions) {
    this.#options = options;
  }

  /** Sends to this broker, connecting when needed; one attempt. */
  async askOne<A extends Api>(candidate: Candidate, call: Call<A>): Promise<Answer<A>> {
    const { clock, pool, directory } = this.#options;
    const { api, body, channel, versions, silenceMs, limit } = call;
    let connection: BrokerConnection;
    try {
      connection = await pool.link(candidate.endpoint, channel).acquire(limit);
    } catch (error) {
      throw directory.explain(error, candidate);
    }
    const timeoutMs = Math.max(0, limit.deadlineAt - clock.now());
    const { signal } = limit;
    const answer = await connection.send(api, body, { timeoutMs, silenceMs, signal, versions });
    return { ...answer, nodeId: candidate.nodeId, broker: connection.broker };
  }

  /**
   * Sends to brokers in turn: first those that are connected and idle, last those that failed before. Rejects with `NO_BROKER`,
   * which says of each why, when none answered; and at once with what another broker would not answer differently.
   */
  async askAny<A extends Api>(call: Call<A>): Promise<Answer<A>> {
    const { clock } = this.#options;
    const failures: { readonly address: string; readonly error: Error }[] = [];
    for (const candidate of this.#inOrder(call.channel)) {
      try {
        return await this.askOne(candidate, call);
      } catch (error) {
        if (!isOfOneBroker(error, call.api)) throw error;
        failures.push({ address: addressText(candidate.endpoint), error });
      }
      if (clock.now() >= call.limit.deadlineAt) break;
    }
    const tried = failures.map(({ address }) => address).join(", ");
    const reasons = failures.map(({ address, error }) => `${address}: ${error.message}`).join("; ");
    const errors = failures.map(({ error }) => error);
    throw new ConnectionError("NO_BROKER", `${call.api.name}: no broker answered (${reasons})`, {
      broker: tried,
      unsent: errors.every((error) => !ConnectionError.is(error) || error.unsent),
      cause: new AggregateError(errors, reasons),
    });
  }

  #inOrder(channel: string): readonly Candidate[] {
    const { pool, directory, random } = this.#options;
    const ranked = directory.candidates().map((candidate, index) => {
      const link = pool.existing(candidate.endpoint, channel);
      // Brokers share the load; bootstrap servers are tried as they were given.
      const among = candidate.nodeId === undefined ? 1 + index : random.next();
      if (link?.isTroubled) return { candidate, group: 2, among: link.nextAttemptAt };
      const open = link?.connection;
      const isReady = open !== undefined && open.throttledUntil === undefined && open.pending === 0;
      return { candidate, group: isReady ? 0 : 1, among };
    });
    ranked.sort((a, b) => a.group - b.group || a.among - b.among);
    return ranked.map(({ candidate }) => candidate);
  }
}

/** Whether another broker may do better, without the request happening twice. */
function isOfOneBroker(error: unknown, api: Api): error is ConnectError | ConnectionError {
  if (ConnectError.is(error)) return true;
  if (!ConnectionError.is(error)) return false;
  const { code, unsent } = error;
  // All brokers share the users: more attempts would only lock the account.
  if (code === "AUTHENTICATION_FAILED" || code === "UNSUPPORTED_MECHANISM" || code === "CLIENT_CLOSED")
    return false;
  return unsent || code === "UNSUPPORTED_VERSION" || isReading(api);
}

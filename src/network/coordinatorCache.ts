import { type Clock, sleep } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { Api, ResponseOf } from "#protocol/api.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { backoffMs } from "./backoff.ts";
import type { Answer, RequestBody } from "./cluster.ts";
import type { BrokerNode } from "./clusterMetadata.ts";
import { type WaitLimit, waitWithin } from "./waitLimit.ts";

/** How coordinators are asked for. */
export interface CoordinatorCacheOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** For one search, however many wait for it. */
  readonly timeoutMs: number;
  /** Aborts when the client closes. */
  readonly closing: AbortSignal;
  /** Asks any broker. */
  readonly ask: <A extends Api>(api: A, body: RequestBody<A>, limit: WaitLimit) => Promise<Answer<A>>;
  readonly onFound: (node: BrokerNode) => void;
}

interface Search {
  readonly found: Promise<BrokerNode>;
  /** What the brokers said last, while they said nothing final. */
  trouble: BrokerError | undefined;
}

/** Errors of FindCoordinator that pass: the coordinator is being elected, or reads its log. */
const passing = ["COORDINATOR_NOT_AVAILABLE", "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR"] as const;

/** Which broker coordinates which group: asked once, by one search for all who wait, until someone says forget. */
export class CoordinatorCache {
  readonly #options: CoordinatorCacheOptions;
  readonly #known = new Map<string, BrokerNode>();
  readonly #searches = new Map<string, Search>();

  constructor(options: CoordinatorCacheOptions) {
    this.#options = options;
  }

  find(groupId: string, limit: WaitLimit): Promise<BrokerNode> {
    const known = this.#known.get(groupId);
    if (known !== undefined) return Promise.resolve(known);
    const search = this.#search(groupId);
    const what = `finding the coordinator of ${groupId}`;
    const trouble = () => search.trouble;
    return waitWithin(this.#options.clock, search.found, { what, broker: "", trouble, ...limit });
  }

  forget(groupId: string): void {
    this.#known.delete(groupId);
  }

  #search(groupId: string): Search {
    const running = this.#searches.get(groupId);
    if (running !== undefined) return running;
    const tell = (trouble: BrokerError) => {
      search.trouble = trouble;
    };
    const found = this.#ask(groupId, tell).finally(() => this.#searches.delete(groupId));
    found.catch(() => {});
    const search: Search = { found, trouble: undefined };
    this.#searches.set(groupId, search);
    return search;
  }

  async #ask(groupId: string, tell: (trouble: BrokerError) => void): Promise<BrokerNode> {
    const { clock, random, timeoutMs, closing, ask, onFound } = this.#options;
    const deadlineAt = clock.now() + timeoutMs;
    for (let attempt = 1; ; attempt++) {
      const body = (version: number) => (version >= 4 ? { coordinatorKeys: [groupId] } : { key: groupId });
      const answer = await ask(findCoordinator, body, { deadlineAt, signal: closing });
      const found = readCoordinator(answer, groupId);
      if (!(found instanceof BrokerError)) {
        this.#known.set(groupId, found);
        onFound(found);
        return found;
      }
      tell(found);
      const delayMs = backoffMs(random, attempt);
      if (!BrokerError.is(found, ...passing) || clock.now() + delayMs >= deadlineAt) throw found;
      await sleep(clock, delayMs, closing);
    }
  }
}

/** From version 4 on the answer is a list (KIP-699), before it is the coordinator itself. */
function readCoordinator(
  { version, body }: { readonly version: number; readonly body: ResponseOf<typeof findCoordinator> },
  groupId: string,
): BrokerNode | BrokerError {
  const found = version >= 4 ? body.coordinators.find(({ key }) => key === groupId) : body;
  if (found === undefined) {
    return new BrokerError(
      "COORDINATOR_NOT_AVAILABLE",
      findCoordinator.name,
      `nothing was said about ${groupId}`,
    );
  }
  const { errorCode, errorMessage, nodeId, host, port } = found;
  if (errorCode !== 0) return new BrokerError(errorName(errorCode), findCoordinator.name, errorMessage);
  return { nodeId, host, port };
}

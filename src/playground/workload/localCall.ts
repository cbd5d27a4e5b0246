import type { Event } from "#base/events.ts";
import type { Api, RequestInput, ResponseOf } from "#protocol/api.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { decodeResponse, encodeRequest } from "#protocol/message.ts";
import type { Broker } from "../broker.ts";
import type { BrokerNode } from "../cluster/clusterNodes.ts";
import type { Handler } from "../handlers/handler.ts";
import { serveRequest } from "../server/requestPath.ts";

/** One request of the playground to itself. */
export interface LocalRequest<A extends Api> {
  /** Undefined when no node is up that could answer. */
  readonly node: BrokerNode | undefined;
  readonly version: number;
  readonly clientId: string;
  readonly body: RequestInput<A>;
}

const sizePrefixBytes = 4;

/** Asks the broker without a connection, but on the way of every request, so that faults act on it like on any client. */
export class LocalCalls {
  readonly #broker: Broker;
  readonly #handlers: ReadonlyMap<number, Handler>;
  readonly #onStopped: Event<void>;

  constructor(broker: Broker, handlers: ReadonlyMap<number, Handler>, onStopped: Event<void>) {
    this.#broker = broker;
    this.#handlers = handlers;
    this.#onStopped = onStopped;
  }

  /** Rejects with BrokerError when there is no answer. */
  async call<A extends Api>(api: A, request: LocalRequest<A>): Promise<ResponseOf<A>> {
    const { node, version, clientId, body } = request;
    if (node === undefined) throw new BrokerError("BROKER_NOT_AVAILABLE", api.name, "no node is up for it");
    const frame = encodeRequest(api, { version, correlationId: 0, clientId }, body);
    const opened = this.#handlers.get(api.key)?.open(frame.subarray(sizePrefixBytes));
    if (opened === undefined) throw new RangeError(`${api.name} is not served`);
    if (!opened.ok) throw opened.error;
    const outcome = await serveRequest(opened.value, api.name, {
      broker: this.#broker,
      node,
      clientHost: "/playground",
      onGone: this.#onStopped,
    });
    if (outcome.type !== "answer") throw new BrokerError("REQUEST_TIMED_OUT", api.name, "it got no answer");
    const response = decodeResponse(api, version, outcome.frame.joined().subarray(sizePrefixBytes));
    if (!response.ok) throw response.error;
    return response.value.body;
  }
}

/** Throws BrokerError for any code but 0. */
export function throwOnError(code: number, apiName: string, message?: string | null): void {
  if (code !== 0) throw new BrokerError(errorName(code), apiName, message);
}

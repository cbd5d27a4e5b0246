import type { Clock } from "#base/clock.ts";
import { Emitter, type Event } from "#base/events.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { Random } from "#base/random.ts";
import type { Endpoint } from "#base/transport.ts";
import { addressText } from "./address.ts";
import type { BrokerConnection } from "./brokerConnection.ts";
import { ConnectionError } from "./connectionError.ts";
import type { BrokerVersions } from "./negotiation.ts";
import { type LinkNotice, NodeLink } from "./nodeLink.ts";

/** How a pool opens what it keeps. */
export interface ConnectionPoolOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The channel of questions that brokers answer at once, and that are asked again when they are lost. */
  readonly questions: string;
  readonly open: (endpoint: Endpoint, signal: AbortSignal) => Promise<BrokerConnection>;
}

/** A notice, and whose connection it is about. */
export interface PoolNotice {
  readonly broker: string;
  readonly channel: string;
  readonly notice: LinkNotice;
}

/** All connections of a client: at most one per address and channel. */
export class ConnectionPool implements Disposable {
  readonly #options: ConnectionPoolOptions;
  readonly #links = new Map<string, Map<string, NodeLink>>();
  readonly #versions = new Map<string, BrokerVersions>();
  readonly #notices = new Emitter<PoolNotice>();
  readonly onNotice: Event<PoolNotice> = this.#notices.event;
  #isDisposed = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
  }

  /** The link to an address on a channel; not connected before someone acquires it. */
  link(endpoint: Endpoint, channel: string): NodeLink {
    const broker = addressText(endpoint);
    const channels = this.#links.get(broker) ?? new Map<string, NodeLink>();
    const existing = channels.get(channel);
    if (existing !== undefined) return existing;
    const link = new NodeLink({
      clock: this.#options.clock,
      random: this.#options.random,
      broker,
      open: (signal) => this.#options.open(endpoint, signal),
    });
    link.onNotice((notice) => {
      if (link.connection !== undefined) this.#versions.set(broker, link.connection.brokerVersions);
      if (notice.state === "closed" && ConnectionError.is(notice.error, "TIMEOUT"))
        this.#renewOthers(broker, notice.error);
      this.#notices.fire({ broker, channel, notice });
    });
    if (this.#isDisposed) link.dispose();
    this.#links.set(broker, channels.set(channel, link));
    return link;
  }

  /** The link if one was made already. */
  existing(endpoint: Endpoint, channel: string): NodeLink | undefined {
    return this.#links.get(addressText(endpoint))?.get(channel);
  }

  /** What the broker at an address offered when it was last met; without an address, any broker met. */
  versionsOf(endpoint: Endpoint | undefined): BrokerVersions | undefined {
    if (endpoint !== undefined) return this.#versions.get(addressText(endpoint));
    const [first] = this.#versions.values();
    return first;
  }

  /** Closes connections to addresses that are not to be kept, once nothing is pending on them. */
  retire(isKept: (broker: string) => boolean): void {
    for (const [broker, channels] of Array.from(this.#links)) {
      if (isKept(broker)) continue;
      for (const [channel, link] of Array.from(channels)) {
        if (link.connection === undefined || link.connection.pending > 0) continue;
        channels.delete(channel);
        link.dispose();
      }
      if (channels.size === 0) this.#links.delete(broker);
    }
  }

  /**
   * A connection died in silence, and what took the same way may be as dead: nobody is to wait to find that out. What an
   * idle connection or a question asked anew costs is nothing beside that.
   */
  #renewOthers(broker: string, silence: ConnectionError): void {
    for (const [channel, link] of this.#links.get(broker) ?? [])
      link.renew(channel === this.#options.questions ? silence : undefined);
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const channels of this.#links.values()) for (const link of channels.values()) link.dispose();
  }
}

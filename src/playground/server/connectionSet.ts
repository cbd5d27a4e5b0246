import type { Event } from "#base/events.ts";
import { Emitter } from "#base/events.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { ByteStream, FailedHandshake } from "#base/transport.ts";
import type { Broker } from "../broker.ts";
import type { BrokerNode } from "../cluster/clusterNodes.ts";
import type { Handler } from "../handlers/handler.ts";
import { ClientConnection, type ConnectedClient, type ConnectionEnd } from "./clientConnection.ts";
import { TurnShare } from "./turnShare.ts";

/** Requests that wait and answers that are not read, of all connections: a memory bound that no settings raise. */
const mostHeldBytes = 256 * 1024 * 1024;

/** The connections of all nodes. */
export class ConnectionSet implements Disposable {
  readonly #broker: Broker;
  readonly #handlers: ReadonlyMap<number, Handler>;
  readonly #turns: TurnShare;
  readonly #open = new Set<ClientConnection>();
  readonly #ended = new Emitter<ConnectionEnd>();
  readonly #known = new Emitter<ConnectedClient>();
  #requests = 0;

  constructor(broker: Broker, handlers: ReadonlyMap<number, Handler>) {
    this.#broker = broker;
    this.#handlers = handlers;
    this.#turns = new TurnShare(broker.clock);
  }

  get size(): number {
    return this.#open.size;
  }

  /** What requests and answers under way take of memory. */
  get heldBytes(): number {
    let bytes = 0;
    for (const connection of this.#open) bytes += connection.heldBytes;
    return bytes;
  }

  /** Those that have asked something. */
  get clients(): readonly ConnectedClient[] {
    return Array.from(this.#open).flatMap(({ client }) => client ?? []);
  }

  /** Fires when a client has said who it is, before anything is done for it. */
  get onClientKnown(): Event<ConnectedClient> {
    return this.#known.event;
  }

  /** Requests that came so far. */
  get requests(): number {
    return this.#requests;
  }

  /** Fires with the reason whenever a connection ended, whoever ended it. */
  get onEnded(): Event<ConnectionEnd> {
    return this.#ended.event;
  }

  /** Serves a client; one too many is turned away. */
  accept(node: BrokerNode, stream: ByteStream): void {
    let knownAs: string | undefined;
    const connection = new ClientConnection(stream, {
      broker: this.#broker,
      node,
      handlers: this.#handlers,
      turns: this.#turns,
      hasRoom: () => this.heldBytes <= mostHeldBytes,
      onRequest: (clientId) => {
        this.#requests++;
        if (clientId === knownAs) return;
        knownAs = clientId;
        this.#known.fire({ clientId, remote: stream.remote });
      },
      onEnded: (end) => {
        this.#open.delete(connection);
        this.#ended.fire(end);
      },
    });
    this.#open.add(connection);
    const { maxConnections } = this.#broker.settings;
    if (this.#open.size > maxConnections) {
      connection.close(`there are ${maxConnections} connections already`, "refused");
    }
  }

  /** A client of this port came no further than its TLS handshake: it ended without ever being a connection. */
  turnedAway(port: number, { remote, reason, isGone }: FailedHandshake): void {
    const node = this.#broker.cluster.all.find((each) => each.port === port);
    if (node === undefined) return;
    const cause = isGone ? "client" : "refused";
    this.#ended.fire({ nodeId: node.nodeId, remote, clientId: undefined, reason, cause });
  }

  /** Ends all connections to one node. */
  closeNode(nodeId: number, reason: string): void {
    for (const connection of Array.from(this.#open)) {
      if (connection.nodeId === nodeId) connection.close(reason, "stopped");
    }
  }

  dispose(): void {
    for (const connection of Array.from(this.#open)) connection.dispose();
    this.#ended.dispose();
    this.#known.dispose();
  }
}

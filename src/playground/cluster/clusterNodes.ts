import { Emitter, type Event } from "#base/events.ts";

/** One node as clients see it. */
export interface BrokerNode {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  /** Where it stands, for clients that read from near replicas (KIP-392). */
  readonly rack?: string | undefined;
}

/** The nodes of a playground, and which of them are up. */
export class ClusterNodes {
  #all: readonly BrokerNode[];
  readonly #down = new Set<number>();
  readonly #joined = new Emitter<BrokerNode>();

  constructor(all: readonly BrokerNode[]) {
    if (all.length === 0) throw new RangeError("a playground has at least one node");
    this.#all = all;
  }

  /** Those that are down included. */
  get all(): readonly BrokerNode[] {
    return this.#all;
  }

  /** One more, which is up. */
  add(node: BrokerNode): void {
    this.#all = [...this.#all, node];
    this.#joined.fire(node);
  }

  /** Fires with each node that joins. */
  get onJoined(): Event<BrokerNode> {
    return this.#joined.event;
  }

  get up(): readonly BrokerNode[] {
    return this.#down.size === 0 ? this.all : this.all.filter(({ nodeId }) => this.isUp(nodeId));
  }

  isUp(nodeId: number): boolean {
    return !this.#down.has(nodeId);
  }

  /** Undefined when there is none of this number. */
  byId(nodeId: number | undefined): BrokerNode | undefined {
    return this.all.find((node) => node.nodeId === nodeId);
  }

  /** The node, if it is up. */
  reachable(nodeId: number | undefined): BrokerNode | undefined {
    return nodeId !== undefined && this.isUp(nodeId) ? this.byId(nodeId) : undefined;
  }

  setUp(nodeId: number, isUp: boolean): void {
    if (isUp) this.#down.delete(nodeId);
    else this.#down.add(nodeId);
  }
}

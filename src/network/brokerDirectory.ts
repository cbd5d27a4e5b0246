import { ConnectError, type Endpoint } from "#base/transport.ts";
import { addressText } from "./address.ts";
import type { BrokerNode, ClusterMetadata } from "./clusterMetadata.ts";
import { ConnectionError } from "./connectionError.ts";

/** A broker to try: known by its id, or only by a bootstrap address. */
export interface Candidate {
  readonly endpoint: Endpoint;
  readonly nodeId: number | undefined;
}

/** Who is where: what metadata says, what FindCoordinator said since, and the bootstrap addresses. */
export class BrokerDirectory {
  readonly #bootstrap: readonly Endpoint[];
  /** From answers that are newer than the metadata. */
  readonly #learned = new Map<number, BrokerNode>();
  #brokers: ReadonlyMap<number, BrokerNode> = new Map();

  constructor(bootstrap: readonly Endpoint[]) {
    this.#bootstrap = bootstrap;
  }

  update({ brokers }: ClusterMetadata): void {
    this.#brokers = brokers;
    this.#learned.clear();
  }

  learn(node: BrokerNode): void {
    this.#learned.set(node.nodeId, node);
  }

  node(nodeId: number): BrokerNode | undefined {
    return this.#learned.get(nodeId) ?? this.#brokers.get(nodeId);
  }

  /** Who advertises this address, if known. */
  nodeIdAt(address: string): number | undefined {
    for (const node of [...this.#learned.values(), ...this.#brokers.values()]) {
      if (addressText(node) === address) return node.nodeId;
    }
    return undefined;
  }

  /**
   * Everyone who might answer: the brokers, and then the bootstrap servers, for a cluster whose brokers all went
   * elsewhere (KIP-899). Each address once.
   */
  candidates(): readonly Candidate[] {
    const byAddress = new Map<string, Candidate>();
    for (const node of [...this.#brokers.values(), ...this.#learned.values()]) {
      byAddress.set(addressText(node), { endpoint: node, nodeId: node.nodeId });
    }
    for (const endpoint of this.#bootstrap) {
      const address = addressText(endpoint);
      if (!byAddress.has(address)) byAddress.set(address, { endpoint, nodeId: undefined });
    }
    return Array.from(byAddress.values());
  }

  /**
   * The failure to connect to an address that a broker advertised: who only sees the address would look for the fault
   * in what they typed.
   */
  explain(error: unknown, { nodeId, endpoint }: Candidate): unknown {
    // Who waited until the end of its time is told what stood in the way, which is the same.
    const isLate = ConnectionError.is(error, "TIMEOUT");
    const failure = isLate ? error.cause : error;
    if (!ConnectError.is(failure) || nodeId === undefined) return error;
    const isTyped = this.#bootstrap.some((typed) => addressText(typed) === addressText(endpoint));
    if (isTyped) return error;
    const advice =
      failure.stage === "resolve"
        ? "make the name resolvable here, or change the broker's advertised.listeners"
        : "the broker's advertised.listeners must name an address that can be reached from here";
    const message = `broker ${nodeId} advertises ${addressText(endpoint)}, and ${failure.message}; ${advice}`;
    if (!isLate) return new ConnectError(failure.stage, message, { code: failure.code, cause: failure });
    const { broker, unsent } = error;
    return new ConnectionError("TIMEOUT", message, { broker, unsent, cause: failure });
  }
}

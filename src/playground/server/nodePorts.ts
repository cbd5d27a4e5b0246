import type { Disposable } from "#base/lifecycle.ts";
import type { ByteStream, Listening, StreamServer } from "#base/transport.ts";
import type { BrokerNode } from "../cluster/clusterNodes.ts";
import { isPortTaken } from "./listenBlock.ts";

/** What the ports of a playground need. */
export interface NodePortsDeps {
  readonly server: StreamServer;
  accept(node: BrokerNode, stream: ByteStream): void;
  /** Settles a moment later. */
  pause(): Promise<void>;
}

/** How often a port is tried again that its own predecessor, or somebody else, still holds. */
const attempts = 10;

/** The open ports of the nodes: one each, closed while its node is down. */
export class NodePorts implements Disposable {
  readonly #deps: NodePortsDeps;
  readonly #open = new Map<number, Disposable>();
  #isDisposed = false;

  constructor(deps: NodePortsDeps) {
    this.#deps = deps;
  }

  /** Takes over a port that is open already. */
  adopt(nodeId: number, listening: Listening): void {
    this.#open.set(nodeId, listening);
  }

  /** Opens the node's port again, the same one. */
  async open(node: BrokerNode): Promise<void> {
    if (this.#open.has(node.nodeId)) return;
    const listening = await this.#listen(node);
    if (this.#isDisposed || this.#open.has(node.nodeId)) listening.dispose();
    else this.#open.set(node.nodeId, listening);
  }

  close(nodeId: number): void {
    this.#open.get(nodeId)?.dispose();
    this.#open.delete(nodeId);
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const nodeId of Array.from(this.#open.keys())) this.close(nodeId);
  }

  async #listen(node: BrokerNode): Promise<Listening> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#deps.server.listen(node, (stream) => this.#deps.accept(node, stream));
      } catch (error) {
        if (!isPortTaken(error) || attempt === attempts || this.#isDisposed) throw error;
      }
      await this.#deps.pause();
    }
  }
}

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
  readonly #opening = new Map<number, Promise<void>>();
  #isDisposed = false;

  constructor(deps: NodePortsDeps) {
    this.#deps = deps;
  }

  /** Takes over a port that is open already. */
  adopt(nodeId: number, listening: Listening): void {
    this.#open.set(nodeId, listening);
  }

  /** Opens the node's port again, the same one; opening twice is opening once. */
  async open(node: BrokerNode): Promise<void> {
    const { nodeId } = node;
    if (this.#open.has(nodeId)) return;
    const already = this.#opening.get(nodeId);
    if (already !== undefined) return await already;
    const opening = this.#listen(node)
      .then((listening) => {
        // Closed in the meantime: the port is not wanted any more.
        const isWanted = !this.#isDisposed && this.#opening.get(nodeId) === opening;
        if (isWanted) this.#open.set(nodeId, listening);
        else listening.dispose();
      })
      .finally(() => {
        if (this.#opening.get(nodeId) === opening) this.#opening.delete(nodeId);
      });
    this.#opening.set(nodeId, opening);
    await opening;
  }

  /** Opens the first of these ports that nobody has, for a node that is new, or says why there is none. */
  async openNew(
    host: string,
    ports: readonly number[],
    nodeOn: (port: number) => BrokerNode,
  ): Promise<BrokerNode | "allTaken" | "disposed"> {
    for (const port of ports) {
      let node: BrokerNode | undefined;
      const accept = (stream: ByteStream) => (node ? this.#deps.accept(node, stream) : stream.dispose());
      try {
        const listening = await this.#deps.server.listen({ host, port }, accept);
        if (this.#isDisposed) {
          listening.dispose();
          return "disposed";
        }
        node = nodeOn(listening.port);
        this.adopt(node.nodeId, listening);
        return node;
      } catch (error) {
        if (!isPortTaken(error)) throw error;
      }
    }
    return this.#isDisposed ? "disposed" : "allTaken";
  }

  isOpen(nodeId: number): boolean {
    return this.#open.has(nodeId);
  }

  close(nodeId: number): void {
    this.#opening.delete(nodeId);
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

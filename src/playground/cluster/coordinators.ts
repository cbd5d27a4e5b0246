import { placeOf } from "../placement.ts";
import type { ClusterNodes } from "./clusterNodes.ts";

/**
 * Which node coordinates what: groups, or transactions. A key belongs to a slot by its name, as Kafka's keys belong to
 * partitions of `__consumer_offsets`, and a slot to a node; slots of a node that stops go to the next one that is up,
 * and stay there when it returns. Single keys can be moved on purpose.
 */
export class Coordinators {
  readonly #nodes: ClusterNodes;
  readonly #slots: (number | undefined)[];
  readonly #moved = new Map<string, number>();

  constructor(nodes: ClusterNodes) {
    this.#nodes = nodes;
    this.#slots = nodes.all.map(({ nodeId }) => nodeId);
  }

  /** Undefined while no node is up. */
  of(key: string): number | undefined {
    return this.#moved.get(key) ?? this.#slots[placeOf(key, this.#slots.length)];
  }

  /** The node that comes after this key's own: where it would move to. */
  nextFor(key: string): number | undefined {
    return this.#after(this.of(key));
  }

  move(key: string, nodeId: number): void {
    this.#moved.set(key, nodeId);
  }

  nodeDown(nodeId: number): void {
    const next = this.#after(nodeId);
    for (const [slot, owner] of this.#slots.entries()) {
      if (owner === nodeId) this.#slots[slot] = next;
    }
    for (const [key, owner] of Array.from(this.#moved)) {
      if (owner !== nodeId) continue;
      if (next === undefined) this.#moved.delete(key);
      else this.#moved.set(key, next);
    }
  }

  nodeUp(nodeId: number): void {
    for (const [slot, owner] of this.#slots.entries()) {
      if (owner === undefined) this.#slots[slot] = nodeId;
    }
  }

  /** The next node that is up, round from this one; itself never. */
  #after(nodeId: number | undefined): number | undefined {
    const { all } = this.#nodes;
    const from = all.findIndex((node) => node.nodeId === nodeId);
    const round = [...all.slice(from + 1), ...all.slice(0, Math.max(0, from))];
    return round.find((node) => node.nodeId !== nodeId && this.#nodes.isUp(node.nodeId))?.nodeId;
  }
}

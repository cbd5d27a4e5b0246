import type { Clock } from "#base/clock.ts";
import { placeOf } from "../placement.ts";
import type { ClusterNodes } from "./clusterNodes.ts";

/**
 * Which node coordinates what: groups, or transactions. A key belongs to a slot by its name, as Kafka's keys belong to
 * partitions of `__consumer_offsets`, and a slot to a node; slots of a node that stops go to the next one that is up,
 * and stay there when it returns. Single keys can be moved on purpose. Whoever takes over reads what was written first,
 * which takes a while.
 */
export class Coordinators {
  readonly #nodes: ClusterNodes;
  readonly #clock: Clock;
  readonly #slots: (number | undefined)[];
  readonly #moved = new Map<string, number>();
  /** Until when a slot, or a key that was moved or loads alone, is read. */
  readonly #slotLoadsUntil: number[] = [];
  readonly #keyLoadsUntil = new Map<string, number>();

  constructor(nodes: ClusterNodes, clock: Clock) {
    this.#nodes = nodes;
    this.#clock = clock;
    this.#slots = nodes.all.map(({ nodeId }) => nodeId);
  }

  /** Undefined while no node is up. */
  of(key: string): number | undefined {
    return this.#moved.get(key) ?? this.#slots[placeOf(key, this.#slots.length)];
  }

  /** Whether the coordinator of this key still reads what was written. */
  isLoading(key: string): boolean {
    const now = this.#clock.now();
    const until = this.#keyLoadsUntil.get(key);
    if (until !== undefined && until > now) return true;
    if (until !== undefined) this.#keyLoadsUntil.delete(key);
    return !this.#moved.has(key) && (this.#slotLoadsUntil[placeOf(key, this.#slots.length)] ?? 0) > now;
  }

  /** Its coordinator reads for so long before it answers, however long it would have read yet. */
  load(key: string, forMs: number): void {
    if (forMs > 0) this.#keyLoadsUntil.set(key, this.#clock.now() + forMs);
    else this.#keyLoadsUntil.delete(key);
  }

  /** The node that comes after this key's own: where it would move to. */
  nextFor(key: string): number | undefined {
    return this.#after(this.of(key));
  }

  move(key: string, nodeId: number): void {
    this.#moved.set(key, nodeId);
  }

  /** What the node had is read by others for so long. */
  nodeDown(nodeId: number, loadMs: number): void {
    const next = this.#after(nodeId);
    for (const key of Array.from(this.#keyLoadsUntil.keys())) {
      if (this.of(key) === nodeId) this.#keyLoadsUntil.delete(key);
    }
    const loadsUntil = this.#clock.now() + loadMs;
    for (const [slot, owner] of this.#slots.entries()) {
      if (owner !== nodeId) continue;
      this.#slots[slot] = next;
      this.#slotLoadsUntil[slot] = loadsUntil;
    }
    for (const [key, owner] of Array.from(this.#moved)) {
      if (owner !== nodeId) continue;
      if (next === undefined) this.#moved.delete(key);
      else this.#moved.set(key, next);
      this.load(key, loadMs);
    }
  }

  /** What nobody had, it takes, and reads for so long. */
  nodeUp(nodeId: number, loadMs: number): void {
    for (const [slot, owner] of this.#slots.entries()) {
      if (owner !== undefined) continue;
      this.#slots[slot] = nodeId;
      this.#slotLoadsUntil[slot] = this.#clock.now() + loadMs;
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

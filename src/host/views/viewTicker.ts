import type { Disposable } from "#base/lifecycle.ts";
import type { HostParts } from "../hostParts.ts";
import { hostStatus } from "../hostStatus.ts";

/** Panels are presented at most this often. */
const panelEveryMs = 100;
/** Trees and the status bar are presented at most this often. */
const treeEveryMs = 250;
/** Durations in rows grow although nothing was observed; nobody needs their tenths of seconds. */
const idleEveryMs = 1_000;
/** Presenting takes at most this share of the worker's time: with thousands of rows it gets rarer instead. */
const largestShare = 0.1;

/** Presents again what is looked at: panels at most ten times, trees at most four times a second. */
export class ViewTicker implements Disposable {
  readonly #parts: HostParts;
  #timer: Disposable | undefined;
  #treesAt = Number.NEGATIVE_INFINITY;
  #treesVersion = -1;
  #panelsAt = Number.NEGATIVE_INFINITY;
  #panelsVersion = -1;
  #restUntil = 0;
  #statusText = "";

  constructor(parts: HostParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer ??= this.#parts.deps.clock.schedule(panelEveryMs, () => {
      this.#timer = undefined;
      // Nobody waits for a timer: what it throws would end the worker, and all sessions with it.
      this.#parts.defects.guard("What is looked at", () => this.#tick());
      this.start();
    });
  }

  dispose(): void {
    this.#timer?.dispose();
  }

  #tick(): void {
    const { deps, recording, panels } = this.#parts;
    const startedAt = deps.clock.now();
    const { version } = recording;
    panels.present({ onlyUrgent: true, withTrees: false });
    if (startedAt < this.#restUntil) return;
    const sinceTrees = startedAt - this.#treesAt;
    const withTrees =
      sinceTrees >= idleEveryMs || (sinceTrees >= treeEveryMs && version !== this.#treesVersion);
    const isChanged = version !== this.#panelsVersion || startedAt - this.#panelsAt >= treeEveryMs;
    if (panels.isWatched && (isChanged || withTrees)) {
      this.#panelsAt = startedAt;
      this.#panelsVersion = version;
      panels.present({ onlyUrgent: false, withTrees });
    }
    if (withTrees) {
      this.#treesAt = startedAt;
      this.#treesVersion = version;
      this.#presentTrees();
      this.#parts.defects.guard("The status bar", () => this.#presentStatus());
    }
    const tookMs = deps.clock.now() - startedAt;
    this.#restUntil = startedAt + tookMs / largestShare;
  }

  #presentTrees(): void {
    for (const changed of this.#parts.trees.changes()) this.#parts.output.emit("tree.changed", changed);
  }

  #presentStatus(): void {
    const { recording, clusters, playground, traces, debugConsumers, sessions, output } = this.#parts;
    const status = hostStatus({
      model: recording.model,
      findings: recording.findings(),
      clusters: clusters.size,
      playgroundAddress: playground.address,
      openTraces: traces.list.length,
      waitingCommits: debugConsumers.waitingCommits(),
      dismissed: debugConsumers.dismissed,
      isRunning: (sessionId) => sessions.isRunning(sessionId),
    });
    const text = JSON.stringify(status, (_key, value: unknown) =>
      typeof value === "bigint" ? `${value}` : value,
    );
    if (text === this.#statusText) return;
    this.#statusText = text;
    output.emit("host.status", status);
  }
}

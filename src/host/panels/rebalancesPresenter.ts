import { CancelledError } from "#base/clock.ts";
import { Emitter } from "#base/events.ts";
import { detectAt, presentOf } from "#model/detectors/detect.ts";
import type { ClusterModel, Model } from "#model/model.ts";
import type { RebalancesInput } from "#views/rebalances/input.ts";
import { rebalancesState, rebalancesText } from "#views/rebalances/rebalancesState.ts";
import { isStopped } from "#views/rebalances/standstill.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { Bound, MarkRef, RebalancesState } from "#webview/rebalances/contract.ts";
import { ChannelError } from "../channel/channelError.ts";
import type { PanelNotification } from "../channel/panelRequests.ts";
import type { HostParts } from "../hostParts.ts";
import type { PresentedModel } from "../views/presentation.ts";
import type { PanelPresenter } from "./panelPresenter.ts";
import { targetOfMark } from "./targetOfMark.ts";

type Subject = { readonly clusterId: string; readonly groupId: string };

/** One Rebalances panel: which group, at which time, and what of it is visible and selected. */
export class RebalancesPresenter implements PanelPresenter {
  readonly title: string;
  readonly #parts: HostParts;
  readonly #subject: Subject;
  /** Of the opened trace that it shows; undefined for a live cluster. */
  readonly #traceName: string | undefined;
  readonly #news = new Emitter<void>();
  readonly onNews = this.#news.event;
  #viewport: RebalancesInput["viewport"];
  #following = true;
  #showAs: "chart" | "table" = "chart";
  #selected: MarkRef | undefined;
  #tableWindow: RebalancesInput["tableWindow"];
  /** The past that is shown instead of the present. */
  #moment: { readonly at: number; readonly presented: PresentedModel } | undefined;
  /** The moment that is being folded. */
  #sought: { readonly at: number; readonly controller: AbortController } | undefined;
  /** Why the last moment that was asked for is not shown. */
  #refusal: string | undefined;

  constructor(parts: HostParts, subject: Subject) {
    this.#parts = parts;
    this.#subject = { clusterId: subject.clusterId, groupId: subject.groupId };
    const name = parts.traces.nameOf(subject.clusterId);
    this.#traceName = name;
    this.title = `Rebalances: ${subject.groupId}${name === undefined ? "" : ` (${name})`}`;
  }

  get isPast(): boolean {
    return this.#bound().kind !== "live";
  }

  state(): RebalancesState {
    return rebalancesState(this.#input());
  }

  copyText(what: "detail" | "table"): string {
    return rebalancesText(this.#input(), what, this.#parts.deps.timeText);
  }

  targetOf(mark: MarkRef): NodeTarget | undefined {
    return targetOfMark(this.#presented().model, this.#subject, mark);
  }

  notified(notification: PanelNotification): void {
    if (notification.panel !== "rebalances") return;
    const { notified } = notification;
    switch (notified.name) {
      case "viewport":
        this.#viewport = notified.body;
        return;
      case "select":
        this.#selected = notified.body.mark ?? undefined;
        return;
      case "jumpToMoment":
        void this.#jumpTo(notified.body.atMs);
        return;
      case "live":
        this.dispose();
        this.#refusal = undefined;
        this.#moment = undefined;
        this.#following = true;
        return;
      case "setFollow":
        this.#following = notified.body.follow;
        return;
      case "showAs":
        this.#showAs = notified.body.as;
        return;
      case "tableViewport":
        this.#tableWindow = notified.body;
        return;
    }
  }

  dispose(): void {
    this.#sought?.controller.abort();
    this.#sought = undefined;
  }

  /** Folds what is known up to that moment, or to the nearest that can be shown; a newer order ends an older one. */
  async #jumpTo(wanted: number): Promise<void> {
    this.#sought?.controller.abort();
    const reach = this.#reach();
    if (!reach) return;
    const at = Math.min(Math.max(wanted, reach.fromAt), reach.toAt);
    const controller = new AbortController();
    this.#sought = { at, controller };
    try {
      const model = await this.#modelAt(at, controller.signal);
      if (controller.signal.aborted) return;
      const settings = this.#traceName === undefined ? this.#tolerances() : {};
      const findings = detectAt(
        model,
        () => at,
        settings,
        (about, find) => this.#parts.defects.guard(`the findings about ${about}`, find),
      );
      this.#moment = { at, presented: { model, findings, now: at } };
      this.#following = true;
      this.#refusal = undefined;
    } catch (error) {
      if (controller.signal.aborted || CancelledError.is(error)) return;
      this.#refusal = `That moment cannot be shown. ${error instanceof Error ? error.message : String(error)}`;
    }
    this.#sought = undefined;
    this.#news.fire();
  }

  async #modelAt(at: number, signal: AbortSignal): Promise<Model> {
    const { recording, traces } = this.#parts;
    const moment = { clusterId: this.#subject.clusterId, at };
    if (this.#traceName !== undefined) return traces.modelAt(moment, signal);
    const model = recording.modelAt(moment);
    if (!model) throw new ChannelError("REFUSED", "Nothing is kept of that time any more.");
    return model;
  }

  /** From the first to the last moment that can be shown. */
  #reach(): { readonly fromAt: number; readonly toAt: number } | undefined {
    const { recording, traces } = this.#parts;
    const { clusterId } = this.#subject;
    if (this.#traceName !== undefined) return traces.extentOf(clusterId);
    const kept = recording.recorder.extentOf(clusterId);
    const cluster = recording.model.clusters.get(clusterId);
    const now = cluster && presentIn(cluster, this.#parts.presentation.of(clusterId).now);
    return kept && { fromAt: kept.fromAt, toAt: Math.max(kept.toAt, now ?? kept.toAt) };
  }

  #tolerances() {
    return { commitToleranceMs: this.#parts.configuration.settings.commitHangToleranceMs };
  }

  #presented(): PresentedModel {
    return this.#moment?.presented ?? this.#parts.presentation.of(this.#subject.clusterId);
  }

  #bound(): Bound {
    const name = this.#traceName;
    if (this.#moment) return { kind: "moment", atMs: this.#moment.at, name: name ?? null };
    return name === undefined ? { kind: "live" } : { kind: "trace", name };
  }

  #input(): RebalancesInput {
    const { bytes } = this.#parts;
    const { model, findings, now } = this.#presented();
    const cluster = model.clusters.get(this.#subject.clusterId);
    return {
      ...this.#subject,
      model,
      findings,
      // A moment is one of the cluster's own clock already.
      now: this.#moment?.at ?? (cluster === undefined ? now : presentIn(cluster, now)),
      bound: this.#bound(),
      viewport: this.#viewport,
      following: this.#following,
      showAs: this.#showAs,
      selected: this.#selected,
      tableWindow: this.#tableWindow,
      reach: this.#reach(),
      sought: this.#sought?.at,
      refusal: this.#refusal,
      ...this.#tolerances(),
      bytesOf: (bytesId) => bytes.get(bytesId),
    };
  }
}

/** Where the clock of a playground stands still, so does what waits by it; after its end nothing happens on it. */
function presentIn(cluster: ClusterModel, now: number): number {
  const stopped = isStopped(cluster) ? cluster.playground.stopped : undefined;
  return stopped?.at ?? presentOf(cluster, now);
}

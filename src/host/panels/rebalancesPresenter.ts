import { parseJson } from "#base/json.ts";
import { detect, presentOf } from "#model/detectors/detect.ts";
import type { ClusterModel } from "#model/model.ts";
import { modelAt } from "#model/traceModel.ts";
import type { RebalancesInput } from "#views/rebalances/input.ts";
import { rebalancesState, rebalancesText } from "#views/rebalances/rebalancesState.ts";
import { isStopped } from "#views/rebalances/standstill.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { Bound, MarkRef, RebalancesState } from "#webview/rebalances/contract.ts";
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
  #viewport: RebalancesInput["viewport"];
  #following = true;
  #showAs: "chart" | "table" = "chart";
  #selected: MarkRef | undefined;
  #tableWindow: RebalancesInput["tableWindow"];
  /** The past that is shown instead of the present. */
  #moment: { readonly at: number; readonly presented: PresentedModel } | undefined;

  constructor(parts: HostParts, subject: Subject) {
    this.#parts = parts;
    this.#subject = { clusterId: subject.clusterId, groupId: subject.groupId };
    this.title = `Rebalances: ${subject.groupId}`;
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
        this.#jumpTo(notified.body.atMs);
        return;
      case "live":
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

  /** Folds the trace up to that moment, once; a trace that was opened stands at its end. */
  #jumpTo(at: number): void {
    const { recording, traces, configuration } = this.#parts;
    if (traces.of(this.#subject.clusterId)) return;
    const replay = recording.recorder.replayUntil(at);
    if (!replay) return;
    const { keyframe, observations } = replay;
    const model = modelAt(
      { keyframe: keyframe.model === undefined ? undefined : parseJson(keyframe.model), observations },
      at,
    );
    const tolerances = { commitToleranceMs: configuration.settings.commitHangToleranceMs };
    this.#moment = { at, presented: { model, findings: detect(model, at, tolerances), now: at } };
    this.#following = false;
  }

  #presented(): PresentedModel {
    return this.#moment?.presented ?? this.#parts.presentation.of(this.#subject.clusterId);
  }

  #bound(): Bound {
    if (this.#moment) return { kind: "moment", atMs: this.#moment.at, name: null };
    const name = this.#parts.traces.nameOf(this.#subject.clusterId);
    return name === undefined ? { kind: "live" } : { kind: "trace", name };
  }

  #input(): RebalancesInput {
    const { configuration, bytes, recording, traces } = this.#parts;
    const { model, findings, now } = this.#presented();
    const cluster = model.clusters.get(this.#subject.clusterId);
    const isLive = traces.of(this.#subject.clusterId) === undefined;
    return {
      ...this.#subject,
      model,
      findings,
      now: cluster === undefined ? now : presentIn(cluster, now),
      bound: this.#bound(),
      viewport: this.#viewport,
      following: this.#following,
      showAs: this.#showAs,
      selected: this.#selected,
      tableWindow: this.#tableWindow,
      extent: isLive ? recording.recorder.extent : undefined,
      commitToleranceMs: configuration.settings.commitHangToleranceMs,
      bytesOf: (bytesId) => bytes.get(bytesId),
    };
  }
}

/** Where the clock of a playground stands still, so does what waits by it; after its end nothing happens on it. */
function presentIn(cluster: ClusterModel, now: number): number {
  const stopped = isStopped(cluster) ? cluster.playground.stopped : undefined;
  return stopped?.at ?? presentOf(cluster, now);
}

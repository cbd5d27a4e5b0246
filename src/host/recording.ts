import { parseJson } from "#base/json.ts";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import { detect } from "#model/detectors/detect.ts";
import type { DetectorSettings, Finding } from "#model/finding.ts";
import { serialiseModel } from "#model/keyframe.ts";
import { createModel, fold, type Model, type ModelState } from "#model/model.ts";
import { modelAt } from "#model/traceModel.ts";
import { Recorder } from "#trace/recorder.ts";
import type { Moment } from "#trace/ring.ts";
import type { HostDeps } from "./hostDeps.ts";
import type { OpenSource } from "./sources.ts";
import type { Defects } from "./views/defects.ts";
import type { PresentedModel } from "./views/presentation.ts";

/** The running trace and the live model: every source reports here, everything shown is drawn from here. */
export class Recording implements Disposable {
  readonly recorder: Recorder;
  readonly #model: ModelState = createModel();
  readonly #clock: HostDeps["clock"];
  readonly #defects: Defects;
  readonly #owned = new DisposableStore();
  readonly #dismissed = new Set<string>();
  #tolerances: Partial<DetectorSettings> = {};
  #version = 0;
  #found:
    | { readonly version: number; readonly at: number; readonly findings: readonly Finding[] }
    | undefined;

  constructor({ clock }: Pick<HostDeps, "clock">, defects: Defects) {
    this.#clock = clock;
    this.#defects = defects;
    const model = this.#model;
    this.recorder = this.#owned.add(
      new Recorder({
        fold: (observation) => fold(model, observation),
        serialise: () => serialiseModel(model),
      }),
    );
    this.#owned.add(this.recorder.onRecorded(() => this.#version++));
  }

  get model(): Model {
    return this.#model;
  }

  /** The whole state as a keyframe holds it. */
  serialise(): string {
    return serialiseModel(this.#model);
  }

  /** Grows with each observation. */
  get version(): number {
    return this.#version;
  }

  /** A cluster as it was at a moment of its own clock; undefined when nothing is kept of that time. */
  modelAt(moment: Moment): Model | undefined {
    const replay = this.recorder.replayUntil(moment);
    if (!replay) return undefined;
    const { keyframe, observations } = replay;
    const model = keyframe.model === undefined ? undefined : parseJson(keyframe.model);
    return modelAt({ keyframe: model, observations }, moment.at);
  }

  readonly openSource: OpenSource = ({ sourceId, clusterId, vantage, clock = this.#clock, pace }) => {
    const source = this.recorder.register({ sourceId, clusterId, vantage, clock, pace });
    return { observe: source.observe, dispose: () => source.dispose() };
  };

  setTolerances(tolerances: Partial<DetectorSettings>): void {
    this.#tolerances = tolerances;
    this.#found = undefined;
  }

  /** Ended debug consumers that the user took off the list. */
  get dismissedSessions(): ReadonlySet<string> {
    return this.#dismissed;
  }

  dismissSession(sessionId: string): void {
    this.#dismissed.add(sessionId);
    this.#found = undefined;
  }

  /** What is wrong now; looked for again only when something was observed or a little time has passed. */
  findings(): readonly Finding[] {
    const now = this.#clock.now();
    const found = this.#found;
    if (found && found.version === this.#version && now - found.at < findingsHoldMs) return found.findings;
    const settings = { ...this.#tolerances, dismissedSessions: this.#dismissed };
    const findings = detect(this.#model, now, settings, (about, find) =>
      this.#defects.guard(`the findings about ${about}`, find),
    );
    this.#found = { version: this.#version, at: now, findings };
    return findings;
  }

  presented(): PresentedModel {
    return { model: this.#model, findings: this.findings(), now: this.#clock.now() };
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

/** A wait grows by itself: a finding can begin although nothing was observed. */
const findingsHoldMs = 250;

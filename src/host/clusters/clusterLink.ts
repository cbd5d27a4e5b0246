import type { Clock } from "#base/clock.ts";
import { type Disposable, DisposableStore, toDisposable } from "#base/lifecycle.ts";
import type { Diagnosis } from "#cluster/diagnosis.ts";
import { Administration } from "#cluster/kafkajs/administration.ts";
import { ClusterObserver } from "#cluster/observer.ts";
import { ClusterClient } from "#network/clusterClient.ts";
import type { ClusterMetadata } from "#network/clusterMetadata.ts";
import type { ObservationBody, Observe } from "#trace/observation.ts";
import type { ConnectionStep } from "#trace/observations/cluster.ts";
import { observerClientId } from "#views/requests/observerClient.ts";
import type { HostDeps } from "../hostDeps.ts";
import { clockShowing } from "./clockShowing.ts";
import { diagnose } from "./clusterDiagnosis.ts";
import type { ConnectionSettings } from "./connectionSettings.ts";

/** What can change without a new connection. */
export interface LinkTuning {
  readonly refreshIntervalMs: number;
  readonly requestTimeoutMs: number;
}

interface Connected {
  readonly settings: ConnectionSettings;
  readonly client: ClusterClient;
  readonly observer: ClusterObserver;
  readonly owned: DisposableStore;
}

/** How long after a failed attempt the next one is made while somebody looks; the last one stays. */
const retryDelaysMs = [5_000, 10_000, 30_000, 60_000];

/**
 * Our connection to one cluster, for looking and for administration (sessions have clients of their own).
 *
 *                  connect                    topics were read
 *   disconnected ─────────▶ connecting ─────────────────────▶ connected
 *        ▲                      │ ▲ after a while, while watched   │
 *        │ disconnect           ▼ │                                │ topics could not be read
 *        └─────────────────── failed ◀─────────────────────────────┘
 */
export class ClusterLink implements Disposable {
  readonly #settings: () => Promise<ConnectionSettings>;
  readonly #deps: HostDeps;
  readonly #clock: Clock;
  readonly #observe: Observe;
  readonly #time: Pick<Clock, "now">;
  #tuning: LinkTuning;
  #state: "disconnected" | "connecting" | "connected" | "failed" = "disconnected";
  #connected: Connected | undefined;
  #attempt: { readonly controller: AbortController; readonly done: Promise<Diagnosis> } | undefined;
  #failures = 0;
  #retry: Disposable | undefined;
  #watching = false;
  #disposed = false;

  constructor(options: {
    /** Read anew for each connection: files and passwords change. */
    readonly settings: () => Promise<ConnectionSettings>;
    readonly deps: HostDeps;
    readonly observe: Observe;
    readonly tuning: LinkTuning;
    /** What the cluster's own time is: when it was asked is told in that. */
    readonly time: Pick<Clock, "now">;
  }) {
    this.#settings = options.settings;
    this.#deps = options.deps;
    this.#clock = options.deps.clock;
    this.#observe = options.observe;
    this.#tuning = options.tuning;
    this.#time = options.time;
  }

  get state(): "disconnected" | "connecting" | "connected" | "failed" {
    return this.#state;
  }

  /** Asks the cluster again and again while true; connects if it never was. */
  setWatching(watching: boolean): void {
    this.#watching = watching;
    this.#connected?.observer.setWatching(watching);
    if (!watching) this.#retry?.dispose();
    else if (!this.#connected && !this.#attempt) void this.connect();
  }

  tune(tuning: LinkTuning): void {
    this.#tuning = tuning;
    this.#connected?.observer.setIntervalMs(tuning.refreshIntervalMs);
  }

  /** Asks once, now. */
  async refresh(): Promise<void> {
    if (this.#connected) await this.#connected.observer.refresh();
    else await this.connect();
  }

  /**
   * Connects, with a diagnosis stage by stage. Never rejects for what a cluster does: the diagnosis says it. Calls at
   * the same time share one attempt.
   */
  connect(options: { readonly onStep?: (step: ConnectionStep) => void } = {}): Promise<Diagnosis> {
    if (this.#attempt) return this.#attempt.done;
    this.#retry?.dispose();
    const controller = new AbortController();
    const done = this.#connect(controller.signal, options.onStep).finally(() => {
      this.#attempt = undefined;
    });
    this.#attempt = { controller, done };
    return done;
  }

  /** Ends the connection, or the attempt; stays known. */
  disconnect(message?: string): void {
    this.#retry?.dispose();
    this.#attempt?.controller.abort();
    this.#drop();
    if (this.#disposed) return;
    this.#report({ state: "disconnected", steps: [], message });
  }

  /** The client, connected; rejects with what the diagnosis found. */
  async client(): Promise<ClusterClient> {
    const { client } = await this.#ensure();
    return client;
  }

  /** Topics and records through kafkajs. */
  async administration(): Promise<Administration> {
    const { client, settings } = await this.#ensure();
    return new Administration({
      cluster: client,
      clientId: "groupscope-admin",
      tls: settings.tls,
      sasl: settings.sasl,
      transport: this.#deps.transport,
      clock: this.#deps.clock,
      random: this.#deps.random,
      connectTimeoutMs: 10_000,
      requestTimeoutMs: this.#tuning.requestTimeoutMs,
    });
  }

  dispose(): void {
    this.#disposed = true;
    this.disconnect();
  }

  async #ensure(): Promise<Connected> {
    if (!this.#connected) {
      const { failure } = await this.connect();
      if (!this.#connected) throw new Error(failure ?? "The cluster is not connected.");
    }
    return this.#connected;
  }

  async #connect(signal: AbortSignal, onStep?: (step: ConnectionStep) => void): Promise<Diagnosis> {
    this.#drop();
    const steps: ConnectionStep[] = [];
    this.#report({ state: "connecting", steps });
    try {
      const settings = await this.#settings();
      const diagnosis = await diagnose(settings, this.#deps, {
        signal,
        onStep: (step) => {
          steps.push(step);
          onStep?.(step);
        },
      });
      signal.throwIfAborted();
      if (diagnosis.metadata === undefined) this.#fail(diagnosis.failure, diagnosis.steps);
      else this.#open(settings, diagnosis.metadata, diagnosis);
      return diagnosis;
    } catch (error) {
      if (signal.aborted) return { ok: false, steps, failure: "It was cancelled.", metadata: undefined };
      const failure = error instanceof Error ? error.message : String(error);
      this.#fail(failure, steps);
      return { ok: false, steps, failure, metadata: undefined };
    }
  }

  #open(settings: ConnectionSettings, metadata: ClusterMetadata, diagnosis: Diagnosis): void {
    const { transport, clock, random } = this.#deps;
    const owned = new DisposableStore();
    const client = new ClusterClient({
      bootstrapServers: settings.bootstrapServers,
      clientId: observerClientId,
      tls: settings.tls,
      sasl: settings.sasl,
      transport,
      clock,
      random,
      requestTimeoutMs: this.#tuning.requestTimeoutMs,
    });
    owned.add(toDisposable(() => client.close()));
    const observer = owned.add(
      new ClusterObserver({
        client,
        clock: clockShowing(this.#time, clock),
        observe: (body) => this.#observed(body),
        intervalMs: this.#tuning.refreshIntervalMs,
      }),
    );
    this.#connected = { settings, client, observer, owned };
    this.#failures = 0;
    this.#report({
      state: "connected",
      steps: diagnosis.steps,
      // A broker that cannot be reached where it says it is will fail later, and then nobody thinks of this.
      message: diagnosis.failure,
      ...clusterFacts(metadata),
    });
    if (this.#watching) observer.setWatching(true);
    else void observer.refresh();
  }

  /** What the observer found passes through here, as it also tells whether the cluster still answers. */
  #observed(body: ObservationBody): void {
    this.#observe(body);
    const metadata = this.#connected?.client.metadata();
    if (body.type === "cluster.topics" && this.#state === "failed" && metadata) {
      this.#report({ state: "connected", steps: [], ...clusterFacts(metadata) });
    }
    if (body.type === "cluster.failed" && body.what === "topics" && this.#state === "connected") {
      this.#report({ state: "failed", steps: [], message: body.message });
    }
  }

  #fail(message: string | undefined, steps: readonly ConnectionStep[]): void {
    this.#report({ state: "failed", steps, message: message ?? "The cluster does not answer." });
    if (!this.#watching || this.#disposed) return;
    const delayMs = retryDelaysMs[Math.min(this.#failures, retryDelaysMs.length - 1)] ?? 60_000;
    this.#failures++;
    this.#retry = this.#clock.schedule(delayMs, () => void this.connect());
  }

  #drop(): void {
    const connected = this.#connected;
    this.#connected = undefined;
    connected?.owned.dispose();
  }

  #report(connection: Omit<Extract<ObservationBody, { readonly type: "cluster.connection" }>, "type">): void {
    this.#state = connection.state;
    this.#observe({ type: "cluster.connection", ...connection });
  }
}

function clusterFacts(metadata: ClusterMetadata) {
  return {
    kafkaClusterId: metadata.kafkaClusterId,
    controllerId: metadata.controllerId,
    brokers: Array.from(metadata.brokers.values(), ({ nodeId, host, port, rack }) => ({
      nodeId,
      host,
      port,
      rack,
    })),
  };
}

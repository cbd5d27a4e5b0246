import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import { Summaries } from "#views/requests/summaries.ts";
import { BytesStore } from "./bytesStore.ts";
import { playgroundClusterId } from "./channel/clusterRequests.ts";
import type { HostContract } from "./channel/hostContract.ts";
import { ClusterRegistry } from "./clusters/clusterRegistry.ts";
import { Configuration } from "./configuration.ts";
import type { HostDeps } from "./hostDeps.ts";
import { MemoryGuard } from "./memoryGuard.ts";
import { PanelSubscriptions } from "./panels/panelSubscriptions.ts";
import { PlaygroundController } from "./playground/playgroundController.ts";
import { Recording } from "./recording.ts";
import { ExchangeStore } from "./requests/exchangeStore.ts";
import { DebugConsumers } from "./sessions/debugConsumers.ts";
import { RecordStore } from "./sessions/recordStore.ts";
import { SessionRegistry } from "./sessions/sessionRegistry.ts";
import { OpenedTraces } from "./trace/openedTraces.ts";
import { RunningTraces } from "./trace/runningTraces.ts";
import { TraceAppender } from "./trace/traceAppender.ts";
import { Defects } from "./views/defects.ts";
import type { Presentation } from "./views/presentation.ts";
import { TreeSubscriptions } from "./views/treeSubscriptions.ts";

type Events = HostContract["events"];

/** The way out: events to the extension host. */
export interface HostOutput {
  emit<N extends keyof Events & string>(name: N, value: Events[N]): void;
  log(level: Events["host.log"]["level"], message: string): void;
}

/** The parts of the worker, as handlers use them. */
export interface HostParts extends Disposable {
  readonly deps: HostDeps;
  readonly output: HostOutput;
  readonly configuration: Configuration;
  readonly recording: Recording;
  readonly clusters: ClusterRegistry;
  readonly sessions: SessionRegistry;
  readonly debugConsumers: DebugConsumers;
  readonly playground: PlaygroundController;
  readonly records: RecordStore;
  readonly bytes: BytesStore;
  /** Requests of the playground's clients, and what was read of them. */
  readonly exchanges: ExchangeStore;
  readonly summaries: Summaries;
  readonly traces: OpenedTraces;
  readonly appender: TraceAppender;
  readonly runningTraces: RunningTraces;
  readonly presentation: Presentation;
  readonly trees: TreeSubscriptions;
  readonly panels: PanelSubscriptions;
  readonly guard: MemoryGuard;
  readonly defects: Defects;
}

/** Of corrupt batches, kept to be looked at and saved. */
const maxRawBytes = 16_777_216;

/** Of requests and answers of the playground. */
const maxExchangeBytes = 16_777_216;

/** Builds the parts and connects them; the later ones use the earlier ones, and they end in reverse order. */
export function createHostParts(deps: HostDeps, output: HostOutput): HostParts {
  const owned = new DisposableStore();
  const { clock, files, timeText } = deps;
  const configuration = new Configuration();
  const { settings } = configuration;
  const warn = (message: string) => output.log("warn", message);

  const defects = new Defects((message) => output.log("error", message));
  const recording = owned.add(new Recording(deps, defects));
  const { openSource } = recording;
  const runningTraces = new RunningTraces(files, deps);
  const appender = owned.add(
    new TraceAppender({ recording, files, traces: runningTraces, clock, log: warn }),
  );
  const bytes = new BytesStore(maxRawBytes);
  // By the clock that its clients and its broker wait by.
  const exchanges = new ExchangeStore({ now: () => playground.clockOfMembers.now() }, maxExchangeBytes);
  const records = new RecordStore(settings.maxKeptRecordBytes);

  const clusters: ClusterRegistry = owned.add(
    new ClusterRegistry({
      deps,
      openSource,
      tuning: settings,
      onRemoved: (clusterId) =>
        void sessions.stopAll("its cluster was removed", { deadlineMs: 3_000, clusterId }),
    }),
  );
  const clockOf = (clusterId: string) =>
    clusterId === playgroundClusterId ? playground.clockOfMembers : clock;
  const sessions = new SessionRegistry({ deps, openSource, clusters, bytes, clockOf });
  const debugConsumers = new DebugConsumers({ deps, recording, sessions, records, configuration, log: warn });
  const model = () => recording.model;
  const playground: PlaygroundController = new PlaygroundController({
    deps,
    openSource,
    clusters,
    sessions,
    model,
    exchanges,
    log: warn,
  });

  const traces = new OpenedTraces(deps, defects);
  const presentation: Presentation = {
    all: () => [recording.presented(), ...traces.presented],
    of: (clusterId) => traces.of(clusterId) ?? recording.presented(),
  };
  const trees = new TreeSubscriptions(presentation, {
    timeText,
    dismissedSessions: debugConsumers.dismissed,
    defects,
  });
  const panels = new PanelSubscriptions(
    (panelId, state) => output.emit("panel.state", { panelId, state }),
    defects,
  );
  const guard = owned.add(
    new MemoryGuard({
      clock,
      heap: deps.heap,
      shedders: [
        { shed: () => countText(records.shed(), "delivered records were let go") },
        { shed: () => countText(exchanges.shed(), "requests of the playground were let go") },
        { shed: () => countText(bytes.shed(), "bytes of corrupt batches were let go") },
      ],
      say: (message) => {
        warn(message);
        output.emit("host.notice", { severity: "warning", message });
      },
    }),
  );

  owned.add(
    configuration.onDidChange(({ settings, storageDirectory, product }) => {
      clusters.tune(settings);
      records.setMaxBytes(settings.maxKeptRecordBytes);
      recording.setTolerances({ commitToleranceMs: settings.commitHangToleranceMs });
      appender.setTarget(
        storageDirectory === undefined
          ? undefined
          : { directory: storageDirectory, product, maxBytes: settings.maxTraceFileBytes },
      );
    }),
  );

  return {
    deps,
    output,
    configuration,
    recording,
    clusters,
    sessions,
    debugConsumers,
    playground,
    records,
    bytes,
    exchanges,
    summaries: new Summaries(),
    traces,
    appender,
    runningTraces,
    presentation,
    trees,
    panels,
    guard,
    defects,
    dispose: () => owned.dispose(),
  };
}

function countText(count: number, what: string): string | undefined {
  return count === 0 ? undefined : `${count.toLocaleString("en")} ${what}`;
}

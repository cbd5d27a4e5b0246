import { randomUuid } from "#base/random.ts";
import { topicPartitionText } from "#base/topicPartition.ts";
import { optionProblem } from "#engine/optionProblem.ts";
import { commitWait, whoHoldsUp } from "#model/commitWait.ts";
import { presentOf } from "#model/detectors/detect.ts";
import type { ClusterModel, GroupModel, SessionModel } from "#model/model.ts";
import { sessionName, sessionPartitions } from "#model/sessionView.ts";
import type { PollMode } from "#trace/observations/session.ts";
import { playgroundClusterId } from "../channel/clusterRequests.ts";
import type {
  AdvancedOptions,
  SessionChoice,
  SessionPartitionSummary,
  SessionSummary,
  WaitingCommit,
} from "../channel/sessionRequests.ts";
import type { Configuration } from "../configuration.ts";
import type { HostDeps } from "../hostDeps.ts";
import type { Recording } from "../recording.ts";
import { PollDriver } from "./pollDriver.ts";
import type { RecordStore } from "./recordStore.ts";
import { debugConsumerOptions, defaultOptions } from "./sessionOptions.ts";
import type { SessionRegistry } from "./sessionRegistry.ts";

/** What a user starts to look inside: engine sessions with a poll mode, whose records are kept to be read. */
export class DebugConsumers {
  readonly #deps: HostDeps;
  readonly #recording: Recording;
  readonly #sessions: SessionRegistry;
  readonly #records: RecordStore;
  readonly #configuration: Configuration;
  readonly #log: (message: string) => void;
  readonly #drivers = new Map<string, PollDriver>();

  constructor(options: {
    readonly deps: HostDeps;
    readonly recording: Recording;
    readonly sessions: SessionRegistry;
    readonly records: RecordStore;
    readonly configuration: Configuration;
    readonly log: (message: string) => void;
  }) {
    this.#deps = options.deps;
    this.#recording = options.recording;
    this.#sessions = options.sessions;
    this.#records = options.records;
    this.#configuration = options.configuration;
    this.#log = options.log;
  }

  /** Ended ones that the user took off the list. */
  get dismissed(): ReadonlySet<string> {
    return this.#recording.dismissedSessions;
  }

  /** What a consumer of this cluster is like when nothing is changed. */
  defaults(clusterId: string): AdvancedOptions {
    return defaultOptions({
      onPlayground: clusterId === playgroundClusterId,
      maxBufferedBytes: this.#configuration.settings.maxBufferedBytes,
    });
  }

  /** Why it cannot be started like this, in words; undefined when it can. */
  problem(choice: SessionChoice): string | undefined {
    const defaults = this.defaults(choice.clusterId);
    return optionProblem(debugConsumerOptions(choice, { sessionId: "", name: "", defaults }));
  }

  async start(choice: SessionChoice): Promise<{ readonly sessionId: string; readonly name: string }> {
    const sessionId = randomUuid(this.#deps.random);
    const name = this.#nextName();
    const defaults = this.defaults(choice.clusterId);
    const running = await this.#sessions.start(
      choice.clusterId,
      debugConsumerOptions(choice, { sessionId, name, defaults }),
    );
    const driver = new PollDriver({
      session: running.session,
      clock: running.clock,
      deliver: (records) => this.#records.add(sessionId, records),
      onFailure: (error) => this.#log(`${name}: delivery stopped: ${String(error)}`),
    });
    this.#drivers.set(sessionId, driver);
    running.drive({
      dispose: () => {
        driver.dispose();
        this.#drivers.delete(sessionId);
      },
    });
    this.setPollMode(sessionId, choice.pollMode);
    return { sessionId, name };
  }

  /** `A`, `B`, …: the first that none has which is shown, ended ones too, so that a name means one of them. */
  #nextName(): string {
    const taken = new Set([
      ...this.#sessions.running.map(({ options }) => options.name),
      ...this.#all().map(({ session }) => sessionName(session)),
    ]);
    for (let number = 0; ; number++) {
      const letter = String.fromCharCode(65 + (number % 26));
      const name = number < 26 ? letter : `${letter}${Math.floor(number / 26) + 1}`;
      if (!taken.has(name)) return name;
    }
  }

  setPollMode(sessionId: string, pollMode: PollMode): void {
    const { observe } = this.#sessions.get(sessionId);
    this.#drivers.get(sessionId)?.setMode(pollMode);
    observe({ type: "session.pollMode", sessionId, pollMode });
  }

  /** One delivery on the user's word: who flowed holds from then on, so that the next one comes on a word too. */
  async poll(sessionId: string, maxRecords: number, signal: AbortSignal): Promise<number> {
    this.#sessions.get(sessionId);
    const driver = this.#drivers.get(sessionId);
    if (!driver) return 0;
    if (driver.mode.mode === "flow") this.setPollMode(sessionId, { mode: "hold" });
    return driver.poll(maxRecords, stepWaitMs, signal);
  }

  dismiss(sessionId: string): void {
    if (this.#sessions.isRunning(sessionId)) return;
    this.#recording.dismissSession(sessionId);
    this.#records.clear(sessionId);
  }

  list(): readonly SessionSummary[] {
    return this.#all().map(({ cluster, session }) => ({
      sessionId: session.sessionId,
      clusterId: cluster.clusterId,
      name: sessionName(session),
      clientId: session.started?.clientId,
      groupId: session.started?.groupId,
      topics: session.started?.topics ?? [],
      membership: session.state?.membership ?? "unjoined",
      pollMode: session.pollMode?.pollMode ?? { mode: "hold" },
      scripted: session.started?.scripted ?? false,
      endedBecause: session.ended?.reason,
    }));
  }

  partitions(sessionId: string): readonly SessionPartitionSummary[] {
    const found = this.#all().find(({ session }) => session.sessionId === sessionId);
    return found
      ? sessionPartitions(found.cluster, found.session).map((each) => ({
          topic: each.topic,
          partition: each.partition,
          paused: each.paused,
          position: each.position,
          committedOffset: each.committedOffset,
          highWatermark: each.highWatermark,
          halted: each.state === "corrupt",
        }))
      : [];
  }

  /** Commits of running debug consumers that have not settled, longest wait first. */
  waitingCommits(sessionId?: string): readonly WaitingCommit[] {
    const now = this.#deps.clock.now();
    const running = this.#all().filter(
      ({ session }) =>
        !session.started?.scripted &&
        this.#sessions.isRunning(session.sessionId) &&
        (sessionId === undefined || session.sessionId === sessionId),
    );
    return running
      .flatMap(({ cluster, session }) =>
        openCommits(cluster, session).map(({ group, commit }) => ({
          commitId: commit.latest.commitId,
          sessionId: session.sessionId,
          sessionName: sessionName(session),
          waitedMs: presentOf(cluster, now) - commit.latest.queuedAt,
          partitions: commit.latest.offsets.map(topicPartitionText).join(", "),
          waitsFor: commitWait({ cluster, group, now: presentOf(cluster, now) }, commit).reason,
        })),
      )
      .toSorted((a, b) => b.waitedMs - a.waitedMs);
  }

  /** Who held a commit up that nobody waits for any more, in a few words each; empty when nobody is known to have. */
  whoHeldUp(sessionId: string, commitId: string): readonly string[] {
    const found = this.#all().find(({ session }) => session.sessionId === sessionId);
    const group = found && groupOf(found.cluster, found.session);
    const commit = group?.commits?.settled.findLast(
      ({ latest }) => latest.commitId === commitId && latest.sessionId === sessionId,
    );
    if (!found || !group || !commit) return [];
    const { latest, times, blocks } = commit;
    const state = times.at(-2)?.state ?? "queued";
    const blocked = state === "blocked" ? blocks.at(-1) : undefined;
    const now = presentOf(found.cluster, this.#deps.clock.now());
    return whoHoldsUp({ cluster: found.cluster, group, now }, { ...latest, state, blocked });
  }

  #all(): readonly { readonly cluster: ClusterModel; readonly session: SessionModel }[] {
    return [...this.#recording.model.clusters.values()].flatMap((cluster) =>
      [...cluster.sessions.values()]
        .filter(({ sessionId }) => !this.dismissed.has(sessionId))
        .map((session) => ({ cluster, session })),
    );
  }
}

/** A step with nothing to deliver says so soon. */
const stepWaitMs = 1_000;

/** What the session itself says of its commits that are under way. */
function openCommits(cluster: ClusterModel, session: SessionModel) {
  const group = groupOf(cluster, session);
  if (!group) return [];
  return [...(group.commits?.open.values() ?? [])]
    .flatMap((commits) => [...commits.values()])
    .filter(({ latest }) => latest.vantage === "member" && latest.sessionId === session.sessionId)
    .map((commit) => ({ group, commit }));
}

function groupOf(cluster: ClusterModel, session: SessionModel): GroupModel | undefined {
  const groupId = session.started?.groupId;
  return groupId === undefined ? undefined : cluster.groups.byId.get(groupId);
}

import type { Clock } from "#base/clock.ts";
import { groupView } from "#model/groupView.ts";
import type { Model } from "#model/model.ts";
import { ClockControl } from "#playground/clock/clockControl.ts";
import { type ClockMode, PlaygroundClock } from "#playground/clock/playgroundClock.ts";
import { quietTurns } from "#playground/clock/quietTurns.ts";
import { parseRuleFile } from "#playground/faults/ruleFile.ts";
import { Playground } from "#playground/playground.ts";
import { PlaygroundError } from "#playground/playgroundError.ts";
import { EndNotices } from "#playground/server/endNotices.ts";
import { isPortTaken } from "#playground/server/listenBlock.ts";
import type { PlaygroundSettingsInput } from "#playground/settings.ts";
import { troubleLacks } from "#playground/troubles/startTrouble.ts";
import type { StartedTrouble, Trouble, TroubleTarget } from "#playground/troubles/trouble.ts";
import { type WorkloadOptions, workloadProblem } from "#playground/workload/workloadOptions.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import { ChannelError } from "../channel/channelError.ts";
import { playgroundClusterId } from "../channel/clusterRequests.ts";
import type {
  FaultChoice,
  PlaygroundClockStatus,
  PlaygroundStatus,
  StoppingLoss,
  TransactionChoice,
} from "../channel/playgroundRequests.ts";
import type { ClusterRegistry } from "../clusters/clusterRegistry.ts";
import type { HostDeps } from "../hostDeps.ts";
import type { ExchangeStore } from "../requests/exchangeStore.ts";
import type { SessionRegistry } from "../sessions/sessionRegistry.ts";
import type { OpenedSource, OpenSource } from "../sources.ts";
import { ScriptedMembers } from "./scriptedMembers.ts";

/** How many ports after the wanted one are tried while others have them: each window has a playground of its own. */
const portAttempts = 50;

/** Where a playground is to be. */
interface PlaygroundPlace {
  readonly basePort: number;
  readonly nodes: number;
  readonly racks?: readonly string[] | undefined;
  /** Undefined keeps nothing. */
  readonly dataDirectory?: string | undefined;
  readonly settings?: PlaygroundSettingsInput | undefined;
}

interface Running {
  readonly playground: Playground;
  readonly clock: PlaygroundClock;
  readonly control: ClockControl;
  readonly source: OpenedSource;
  /** Whether its records and groups come back with it. */
  readonly isKept: boolean;
}

/** The embedded broker of the window, its scripted members, and trouble on demand. */
export class PlaygroundController {
  readonly #deps: HostDeps;
  readonly #openSource: OpenSource;
  readonly #clusters: ClusterRegistry;
  readonly #sessions: SessionRegistry;
  readonly #model: () => Model;
  readonly #exchanges: ExchangeStore;
  readonly #log: (message: string) => void;
  #running: Running | undefined;
  #starting: Promise<Running> | undefined;
  /** Its scripted members. */
  readonly members: ScriptedMembers;

  constructor(options: {
    readonly deps: HostDeps;
    readonly openSource: OpenSource;
    readonly clusters: ClusterRegistry;
    readonly sessions: SessionRegistry;
    readonly model: () => Model;
    readonly exchanges: ExchangeStore;
    readonly log: (message: string) => void;
  }) {
    this.#deps = options.deps;
    this.#openSource = options.openSource;
    this.#clusters = options.clusters;
    this.#sessions = options.sessions;
    this.#model = options.model;
    this.#exchanges = options.exchanges;
    this.#log = options.log;
    const { deps, sessions, model, log } = options;
    this.members = new ScriptedMembers({
      deps,
      sessions,
      model,
      log,
      playground: () => this.playground,
      clock: () => this.clockOfMembers,
      isClockPaused: () => this.#running?.clock.mode === "paused",
      observe: (body) => this.#running?.source.observe(body),
    });
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  get address(): string | undefined {
    return this.#running?.playground.bootstrapServers[0];
  }

  /** Starts it, or gives the one that runs. True when it was started by this call. */
  async start(where: PlaygroundPlace): Promise<boolean> {
    if (this.#running) return false;
    const first = this.#starting === undefined;
    this.#starting ??= this.#start(where).finally(() => (this.#starting = undefined));
    await this.#starting;
    return first;
  }

  async stop(reason = "stopped"): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.letTimePass();
    this.members.stopAll();
    await this.#sessions.stopAll("the playground stops", {
      deadlineMs: 2_000,
      clusterId: playgroundClusterId,
    });
    this.#running = undefined;
    this.#clusters.stopPlayground();
    running.control.dispose();
    await running.playground.stop(reason);
    running.source.dispose();
  }

  /** What everybody on the playground waits by. */
  get clockOfMembers(): Clock {
    return this.#running?.clock ?? this.#deps.clock;
  }

  /** Time is real, whatever it was. */
  letTimePass(): void {
    this.#running?.control.set("real");
  }

  clockStatus(): PlaygroundClockStatus {
    const { mode, now } = this.#control;
    return { mode, now };
  }

  setClock(mode: ClockMode): Promise<PlaygroundClockStatus> {
    return this.#withClock((control) => control.set(mode));
  }

  catchUpClock(signal?: AbortSignal): Promise<PlaygroundClockStatus> {
    return this.#withClock((control) => control.catchUp(signal));
  }

  stepClock(ms: number, signal?: AbortSignal): Promise<PlaygroundClockStatus> {
    return this.#withClock((control) => control.step(ms, signal));
  }

  get playground(): Playground {
    if (!this.#running) throw new ChannelError("REFUSED", "The playground does not run. Start it first.");
    return this.#running.playground;
  }

  status(): PlaygroundStatus {
    const cluster = this.#model().clusters.get(playgroundClusterId);
    return {
      running: this.isRunning,
      nodes: (this.#running?.playground.nodes ?? []).map(({ nodeId, host, port }) => ({
        nodeId,
        host,
        port,
        isUp: this.#running?.playground.isNodeUp(nodeId) === true,
      })),
      members: this.members.list(),
      workloads: [...(cluster?.playground.workloads.values() ?? [])]
        .filter(({ running }) => this.isRunning && running)
        .map(({ workloadId, topic, description = "" }) => ({ workloadId, topic, description })),
      faults: (this.#running?.playground.faults() ?? []).map(({ faultId, title, enabled, holding }) => ({
        faultId,
        title,
        enabled,
        holding,
      })),
      stopping: this.#stoppingLoss(),
    };
  }

  #stoppingLoss(): StoppingLoss {
    const running = this.#running;
    const cluster = this.#model().clusters.get(playgroundClusterId);
    const lost = running?.isKept === false ? running.playground.topics() : [];
    return {
      debugConsumers: this.#sessions.running.filter(
        ({ clusterId, options }) => clusterId === playgroundClusterId && !options.scripted,
      ).length,
      groups: running?.isKept === false ? (cluster?.groups.byId.size ?? 0) : 0,
      records: lost
        .flatMap(({ partitions }) => partitions)
        .reduce((sum, { highWatermark, logStartOffset }) => sum + Number(highWatermark - logStartOffset), 0),
    };
  }

  /** Throws ChannelError when such a producer cannot be, in words. */
  startProducing(options: WorkloadOptions): { readonly workloadId: string; readonly done: Promise<void> } {
    const { playground } = this;
    const problem = workloadProblem(options);
    if (problem !== undefined) throw new ChannelError("REFUSED", `The producer cannot start: ${problem}.`);
    return playground.startWorkload(options);
  }

  addFault(choice: FaultChoice): string {
    const { playground } = this;
    switch (choice.kind) {
      case "holdSyncGroup":
        return playground.holdSyncGroup(choice.groupId);
      case "delayCommits":
        return playground.delayCommits(choice.groupId, choice.delayMs);
      case "corruptNextBatch":
        return playground.corruptNextBatch(choice, choice.damage);
    }
  }

  /** Starts a ready-made trouble; what cannot be is refused with what to do instead. */
  async trouble(id: string, target: TroubleTarget): Promise<StartedTrouble> {
    return orRefused(() => this.playground.trouble(id, target));
  }

  /** What a ready-made trouble must still be told. */
  troubleLacks(id: string, target: TroubleTarget): Promise<Trouble["needs"]> {
    return orRefused(async () => troubleLacks(id, target));
  }

  /** Those that hang first, as nothing else ends them. */
  openTransactions(): readonly TransactionChoice[] {
    const { playground } = this;
    const hanging = playground
      .hangingTransactions()
      .map(({ topic, partition, producerId }) => ({ topic, partition, producerId: String(producerId) }));
    const known = playground.transactions().filter(({ phase }) => phase.state === "Ongoing");
    return [...hanging, ...known.map(({ transactionalId }) => ({ transactionalId }))];
  }

  abortTransaction(which: TransactionChoice): Promise<void> {
    return orRefused(async () => {
      const found = this.playground.abortTransaction(
        "producerId" in which ? { ...which, producerId: BigInt(which.producerId) } : which,
      );
      if (!found) throw new ChannelError("NOT_FOUND", "This transaction has ended already.");
    });
  }

  groupMembers(
    groupId: string,
  ): readonly { readonly memberId: string; readonly clientId: string; readonly isStatic: boolean }[] {
    const cluster = this.#model().clusters.get(playgroundClusterId);
    const group = cluster?.groups.byId.get(groupId);
    if (!cluster || !group) return [];
    return groupView(cluster, group).members.map((member) => ({
      memberId: member.memberId,
      clientId: member.clientId ?? member.memberId,
      isStatic: member.groupInstanceId !== undefined,
    }));
  }

  /** Puts rules written as JSON into force: all of them, or none. */
  addRules(text: string): { readonly faultIds: readonly string[]; readonly problems: readonly string[] } {
    const { playground } = this;
    const rules = parseRuleFile(text);
    if (!rules.ok) return { faultIds: [], problems: rules.error };
    return { faultIds: rules.value.map((rule) => playground.addFault(rule)), problems: [] };
  }

  get #control(): ClockControl {
    void this.playground;
    if (!this.#running) throw new TypeError("a playground that runs has a clock");
    return this.#running.control;
  }

  async #withClock(change: (control: ClockControl) => unknown): Promise<PlaygroundClockStatus> {
    await orRefused(async () => change(this.#control));
    return this.clockStatus();
  }

  /** Ours wait by the playground's clock; the others observe and administer, and wait for nothing in it. */
  #isOwn(clientId: string): boolean {
    if (clientId.startsWith("groupscope-")) return true;
    return this.#sessions.running.some(({ options }) => options.clientId === clientId);
  }

  async #start(where: PlaygroundPlace): Promise<Running> {
    const { dataDirectory, ...ports } = where;
    const { clock: realClock, random, server } = this.#deps;
    const clock = new PlaygroundClock(realClock, {
      settle: () => quietTurns(realClock, () => playground.requests),
    });
    const source = this.#openSource({
      sourceId: "playground",
      clusterId: playgroundClusterId,
      vantage: "broker",
      clock,
    });
    const playground: Playground = new Playground({
      clock,
      data: dataDirectory === undefined ? undefined : this.#deps.dataDirectory(dataDirectory),
      random,
      server,
      observe: source.observe,
      ...ports,
      portAttempts,
      requestTap: this.#exchanges,
    });
    const notices = new EndNotices(realClock, (text) => this.#log(`playground: ${text}`));
    playground.onConnectionEnded((end) => notices.ended(end));
    // What another playground was asked says nothing of this one; until now it could still be read.
    this.#exchanges.clear();
    try {
      await playground.start();
    } catch (error) {
      source.dispose();
      const why = error instanceof Error ? error.message : String(error);
      const advice = isPortTaken(error) ? " Choose another port in the settings." : "";
      throw new ChannelError(
        "REFUSED",
        `The playground could not start: ${why.replace(/\.$/, "")}.${advice}`,
      );
    }
    const control = new ClockControl({
      clock,
      playground,
      observe: source.observe,
      isOwn: ({ clientId }) => this.#isOwn(clientId),
    });
    const running = { playground, source, clock, control, isKept: dataDirectory !== undefined };
    this.#running = running;
    this.#clusters.addPlayground(playground.bootstrapServers, clock);
    return running;
  }
}

/** What the playground cannot do now is refused with what to do instead. */
async function orRefused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!PlaygroundError.is(error) && !BrokerError.is(error)) throw error;
    throw new ChannelError("REFUSED", error.message);
  }
}

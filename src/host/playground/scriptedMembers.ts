import type { Clock } from "#base/clock.ts";
import { type Random, randomInt, randomUuid, seededRandom } from "#base/random.ts";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import { groupView } from "#model/groupView.ts";
import type { Model } from "#model/model.ts";
import type { Playground } from "#playground/playground.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import {
  isMemberScriptId,
  type MemberScriptId,
  memberScripts,
  scriptIn,
} from "#scenario/members/memberScript.ts";
import { type MemberLife, ScriptedMember } from "#scenario/members/scriptedMember.ts";
import { SwallowingTransport } from "#scenario/members/swallowingTransport.ts";
import type { Observe } from "#trace/observation.ts";
import { ChannelError } from "../channel/channelError.ts";
import { playgroundClusterId } from "../channel/clusterRequests.ts";
import type {
  MemberChange,
  MemberProtocol,
  MigrationStep,
  ScriptedMemberChoice,
  ScriptedMemberSummary,
  ScriptSummary,
} from "../channel/playgroundRequests.ts";
import type { HostDeps } from "../hostDeps.ts";
import { type ScriptedMemberIdentity, scriptedMemberOptions } from "../sessions/sessionOptions.ts";
import type { SessionRegistry } from "../sessions/sessionRegistry.ts";
import {
  type MigratingGroup,
  type MigratingMember,
  type MigrationGoal,
  migrateAssignor,
} from "./assignorMigration.ts";

/** Whatever its members do, a group with them can still be joined by others. */
const usualProtocol: MemberProtocol = "range, cooperative-sticky";

/** A member that exists, alive or between two lives. */
interface Member {
  readonly number: number;
  readonly identity: Omit<ScriptedMemberIdentity, "sessionId">;
  readonly protocol: MemberProtocol;
  scriptId: MemberScriptId;
  driver: ScriptedMember;
  sessionId: string;
}

/** The scripts as a person is offered them. */
export const scriptSummaries: readonly ScriptSummary[] = Object.entries(memberScripts).flatMap(
  ([scriptId, { title, inWords, shows, isTwin = false }]) =>
    isMemberScriptId(scriptId) ? [{ scriptId, title, inWords, shows, isTwin }] : [],
);

/** The playground's scripted members: started, changed and removed by name, whatever life they are in. */
export class ScriptedMembers {
  readonly #deps: HostDeps;
  readonly #sessions: SessionRegistry;
  readonly #model: () => Model;
  readonly #playground: () => Playground;
  readonly #clock: () => Clock;
  readonly #isClockPaused: () => boolean;
  readonly #log: (message: string) => void;
  readonly #observe: Observe;
  readonly #members = new Map<string, Member>();
  #nextNumber = 1;

  constructor(options: {
    readonly deps: HostDeps;
    readonly sessions: SessionRegistry;
    readonly model: () => Model;
    /** Throws ChannelError while it does not run. */
    readonly playground: () => Playground;
    /** The playground's own. */
    readonly clock: () => Clock;
    readonly isClockPaused: () => boolean;
    readonly log: (message: string) => void;
    readonly observe: Observe;
  }) {
    this.#deps = options.deps;
    this.#sessions = options.sessions;
    this.#model = options.model;
    this.#playground = options.playground;
    this.#clock = options.clock;
    this.#isClockPaused = options.isClockPaused;
    this.#log = options.log;
    this.#observe = options.observe;
  }

  list(): readonly ScriptedMemberSummary[] {
    return Array.from(this.#members.values(), (member) => this.#summary(member));
  }

  /** Starts a member; without topics it reads what its group reads. Throws ChannelError, in words. */
  async add(choice: ScriptedMemberChoice): Promise<ScriptedMemberSummary> {
    // Refuses before a session is made that could only fail.
    void this.#playground();
    const { groupId, scriptId = "steady" } = choice;
    const peer = [...this.#members.values()].find(({ identity }) => identity.groupId === groupId);
    const topics = choice.topics.length > 0 ? choice.topics : peer?.identity.topics;
    if (!topics)
      throw new ChannelError("REFUSED", `Nothing is known of what ${groupId} reads: choose topics.`);
    const number = this.#nextNumber;
    const name = `worker-${number}`;
    const protocol = choice.protocol ?? peer?.protocol ?? usualProtocol;
    const identity = {
      name,
      clientId: `${groupId}-${name}`,
      groupId,
      groupInstanceId: this.#instanceId(choice, name),
      topics,
      ...divisionBy(protocol),
    };
    this.#nextNumber++;
    return this.#begin({ number, identity, protocol, scriptId });
  }

  /** It leaves, and comes back as it was but for the change. */
  async change(name: string, change: MemberChange): Promise<ScriptedMemberSummary> {
    const { number, identity, ...former } = this.#find(name);
    const { scriptId = former.scriptId, protocol = former.protocol } = change;
    await this.remove(name);
    return this.#begin({ number, identity: { ...identity, ...divisionBy(protocol) }, protocol, scriptId });
  }

  /** Rolls a classic group to another assignor. Throws ChannelError when it has no member that can be restarted. */
  migrate(
    groupId: string,
    goal: MigrationGoal,
    context: {
      readonly signal: AbortSignal;
      readonly progress: (step: MigrationStep) => void;
    },
  ): Promise<{ readonly restarted: number }> {
    const members = () => [...this.#members.values()].filter(({ identity }) => identity.groupId === groupId);
    if (members().length === 0) {
      const message = `${groupId} has no scripted member to restart. Add one, or restart your own clients.`;
      throw new ChannelError("REFUSED", message);
    }
    if (members().some(({ protocol }) => protocol === "consumer")) {
      const message = `The broker divides the partitions of ${groupId} (KIP-848): its members have no assignor to change.`;
      throw new ChannelError("REFUSED", message);
    }
    const group: MigratingGroup = {
      groupId,
      members: () => members().map((member) => this.#migrating(member)),
      restart: (name, protocol) => this.change(name, { protocol }),
    };
    return migrateAssignor(group, goal, {
      ...context,
      clock: this.#deps.clock,
      isClockPaused: this.#isClockPaused,
    });
  }

  /** It leaves its group in good order, if it is alive. */
  async remove(name: string): Promise<void> {
    const member = this.#find(name);
    const { driver, sessionId } = member;
    this.#members.delete(name);
    this.#tell(member, { removed: true });
    driver.dispose();
    await this.#sessions.stop(sessionId, "removed by the user");
  }

  /** No script goes on, and the next member is the first again; the sessions under way are left to whoever ends them all. */
  stopAll(): void {
    for (const { driver } of this.#members.values()) driver.dispose();
    this.#members.clear();
    this.#nextNumber = 1;
  }

  async #begin(
    wanted: Pick<Member, "number" | "identity" | "protocol" | "scriptId">,
  ): Promise<ScriptedMemberSummary> {
    const { random } = this.#deps;
    const { identity, scriptId } = wanted;
    const script = memberScripts[scriptId];
    let lastTold: string | undefined;
    const driver: ScriptedMember = new ScriptedMember({
      pace: script.pace,
      steps: scriptIn(script, identity.groupProtocol).steps,
      clock: this.#clock(),
      random: ownRandom(random),
      open: () => this.#open(member),
      onFailure: (error) => {
        // One that nobody lets in is started again every few seconds, for ever.
        const told = `${identity.name} ended and is started again: ${String(error)}`;
        if (told !== lastTold) this.#log(told);
        lastTold = told;
      },
    });
    const member: Member = { ...wanted, driver, sessionId: "" };
    this.#members.set(identity.name, member);
    try {
      await driver.start();
    } catch (error) {
      this.#members.delete(identity.name);
      this.#tell(member, { removed: true });
      throw error;
    }
    return this.#summary(member);
  }

  async #open(member: Member): Promise<MemberLife> {
    const sessionId = randomUuid(this.#deps.random);
    member.sessionId = sessionId;
    this.#tell(member, { removed: false });
    const transport = new SwallowingTransport(this.#playground().transportFrom(hostOf(member.number)));
    const options = scriptedMemberOptions({ ...member.identity, sessionId }, memberScripts[member.scriptId]);
    const { session } = await this.#sessions.start(playgroundClusterId, options, { transport });
    return {
      session,
      swallowJoins: () => transport.swallow(joinGroup.key),
      crash: () => this.#sessions.crash(sessionId, "it crashed, as its script wants"),
      leave: async () => {
        await this.#sessions.stop(sessionId, "it leaves, as its script wants");
      },
    };
  }

  #tell({ identity, sessionId }: Member, { removed }: { readonly removed: boolean }): void {
    const { name, groupId } = identity;
    this.#observe({ type: "broker.member", name, groupId, sessionId, removed });
  }

  #migrating({ identity, protocol, sessionId }: Member): MigratingMember {
    const cluster = this.#model().clusters.get(playgroundClusterId);
    const group = cluster?.groups.byId.get(identity.groupId);
    const state = cluster?.sessions.get(sessionId)?.state;
    const isStable =
      cluster !== undefined && group !== undefined && groupView(cluster, group).state === "Stable";
    const { name } = identity;
    return { name, protocol, isSettled: isStable && state?.membership === "stable", error: state?.error };
  }

  #summary({ identity, protocol, scriptId, sessionId }: Member): ScriptedMemberSummary {
    const { name, groupId, groupInstanceId } = identity;
    const session = this.#model().clusters.get(playgroundClusterId)?.sessions.get(sessionId);
    return {
      name,
      groupId,
      scriptId,
      script: memberScripts[scriptId].inWords,
      protocol,
      groupInstanceId,
      sessionId,
      isAlive: this.#sessions.isRunning(sessionId),
      memberId: session?.state?.memberId,
    };
  }

  /** A twin takes the id of another member; whose, it says or does not care. */
  #instanceId(choice: ScriptedMemberChoice, name: string): string | undefined {
    const { groupId, scriptId = "steady", isStatic = false } = choice;
    if (!memberScripts[scriptId].isTwin) return isStatic ? `${groupId}-${name}` : undefined;
    const cluster = this.#model().clusters.get(playgroundClusterId);
    const group = cluster?.groups.byId.get(groupId);
    const members = cluster && group ? groupView(cluster, group).members : [];
    const taken = choice.groupInstanceId ?? members.find((each) => each.groupInstanceId)?.groupInstanceId;
    if (taken !== undefined) return taken;
    const why = `${groupId} has no static member whose instance id a twin could take`;
    throw new ChannelError("REFUSED", `${why}. Add a static member first.`);
  }

  #find(name: string): Member {
    const member = this.#members.get(name);
    if (!member) throw new ChannelError("NOT_FOUND", `There is no scripted member ${name} any more.`);
    return member;
  }
}

/** The classic protocol's list counts for a consumer group too, whose broker may know nothing of KIP-848. */
function divisionBy(protocol: MemberProtocol): Pick<ConsumerOptions, "groupProtocol" | "assignors"> {
  return protocol === "consumer"
    ? { groupProtocol: "consumer", assignors: usualProtocol.split(", ") }
    : { groupProtocol: "classic", assignors: protocol.split(", ") };
}

/** As if each ran on a machine of its own. */
function hostOf(number: number): string {
  return `10.20.${(number >> 8) & 255}.${number & 255}`;
}

/** What one member draws must not depend on how often the others do. */
function ownRandom(random: Random): Random {
  return seededRandom(randomInt(random, 2 ** 31));
}

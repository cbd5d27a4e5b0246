import { CancelledError, type Clock, sleep } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import { ChannelError } from "../channel/channelError.ts";
import type { MemberProtocol, MigrationStep } from "../channel/playgroundRequests.ts";

/** How often it is looked at whether a group has come to rest. */
const lookEveryMs = 100;

/** A member on its way: what it offers, and how far its present life has come. */
export interface MigratingMember {
  readonly name: string;
  readonly protocol: MemberProtocol;
  /** It is back in its group, and the group is Stable. */
  readonly isSettled: boolean;
  /** Kafka's error name where the coordinator will never take it as it is. */
  readonly error: string | undefined;
}

/** A group whose members can be restarted with other assignors. */
export interface MigratingGroup {
  readonly groupId: string;
  /** As they are now. */
  readonly members: () => readonly MigratingMember[];
  /** It leaves and comes back, offering something else. */
  readonly restart: (name: string, protocol: MemberProtocol) => Promise<unknown>;
}

/** Which assignors a group's members are to divide its partitions by. */
export type MigrationGoal = "range" | "cooperative-sticky";

/**
 * The two rounds of restarts by which a group changes its assignor while it reads (KIP-429): first everybody offers the
 * new one beside the old one, because a group takes only what all members offer; then the old one goes.
 */
function roundsTo(goal: MigrationGoal): readonly MemberProtocol[] {
  return goal === "range"
    ? ["range, cooperative-sticky", "range"]
    : ["cooperative-sticky, range", "cooperative-sticky"];
}

/**
 * Restarts the members one at a time, each as soon as the group is Stable again; those that are as they should be are
 * left alone. Rejects with CancelledError when told to stop, and with ChannelError when a member is refused: both leave
 * the group where it is, and asking again goes on from there.
 */
export async function migrateAssignor(
  group: MigratingGroup,
  goal: MigrationGoal,
  by: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    /** Told of each step, and again when the clock begins or ceases to be what it waits for. */
    readonly progress: (step: MigrationStep) => void;
    readonly isClockPaused: () => boolean;
  },
): Promise<{ readonly restarted: number }> {
  const teller = new StepTeller(by);
  try {
    return await restartAll(group, goal, { ...by, tell: (step) => teller.tell(step) });
  } finally {
    teller.dispose();
  }
}

type Step = Omit<MigrationStep, "waitsForClock">;

/** Says where a migration stands, and looks whether time passes for it: who restarts can hang in any request. */
class StepTeller implements Disposable {
  readonly #clock: Clock;
  readonly #progress: (step: MigrationStep) => void;
  readonly #isClockPaused: () => boolean;
  #last: MigrationStep | undefined;
  #timer: Disposable | undefined;

  constructor(by: {
    readonly clock: Clock;
    readonly progress: (step: MigrationStep) => void;
    readonly isClockPaused: () => boolean;
  }) {
    this.#clock = by.clock;
    this.#progress = by.progress;
    this.#isClockPaused = by.isClockPaused;
    this.#look();
  }

  tell(step: Step): void {
    this.#last = { ...step, waitsForClock: this.#isClockPaused() };
    this.#progress(this.#last);
  }

  dispose(): void {
    this.#timer?.dispose();
  }

  #look(): void {
    if (this.#last && this.#last.waitsForClock !== this.#isClockPaused()) this.tell(this.#last);
    this.#timer = this.#clock.schedule(lookEveryMs, () => this.#look());
  }
}

async function restartAll(
  group: MigratingGroup,
  goal: MigrationGoal,
  by: { readonly clock: Clock; readonly signal: AbortSignal; readonly tell: (step: Step) => void },
): Promise<{ readonly restarted: number }> {
  let restarted = 0;
  for (const [index, protocol] of roundsTo(goal).entries()) {
    const names = group
      .members()
      .filter((member) => member.protocol !== protocol && member.protocol !== goal)
      .map(({ name }) => name);
    for (const [done, name] of names.entries()) {
      by.tell({ name, protocol, round: index + 1, member: done + 1, members: names.length });
      if (by.signal.aborted) throw new CancelledError("aborted", "the migration");
      await group.restart(name, protocol);
      restarted++;
      await settled(group, name, by);
    }
  }
  return { restarted };
}

async function settled(
  group: MigratingGroup,
  name: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  for (;;) {
    const member = group.members().find((each) => each.name === name);
    // Removed meanwhile: there is nobody to wait for.
    if (!member || member.isSettled) return;
    if (member.error === "INCONSISTENT_GROUP_PROTOCOL") {
      throw new ChannelError(
        "REFUSED",
        `${group.groupId} does not take ${name}: another member does not offer ${member.protocol}. Change or remove that one first.`,
      );
    }
    await sleep(clock, lookEveryMs, signal);
  }
}

import type { BatchCorruption } from "#playground/faults/corruptBatch.ts";
import type { StartedTrouble, Trouble, TroubleTarget } from "#playground/troubles/trouble.ts";
import type { WorkloadOptions } from "#playground/workload/workloadOptions.ts";
import type { MemberScriptId } from "#scenario/members/memberScript.ts";
import type { RequestShape } from "./channelContract.ts";

/** The playground's state as commands need it. */
export interface PlaygroundStatus {
  readonly running: boolean;
  readonly nodes: readonly {
    readonly nodeId: number;
    readonly host: string;
    readonly port: number;
    readonly isUp: boolean;
  }[];
  readonly members: readonly ScriptedMemberSummary[];
  readonly workloads: readonly {
    readonly workloadId: string;
    readonly topic: string;
    /** What it produces and how, in words. */
    readonly description: string;
  }[];
  readonly faults: readonly FaultSummary[];
  readonly stopping: StoppingLoss;
}

/** What is gone for good when the playground stops; what a data directory keeps is not counted. */
export interface StoppingLoss {
  readonly debugConsumers: number;
  readonly groups: number;
  readonly records: number;
}

/** How a scripted member divides partitions with the others: classic assignors, most wanted first, or KIP-848's protocol. */
export type MemberProtocol =
  | "range"
  | "range, cooperative-sticky"
  | "cooperative-sticky, range"
  | "cooperative-sticky"
  | "consumer";

/** How far a group has come with its rolling restart. */
export interface MigrationStep {
  /** Who is restarted. */
  readonly name: string;
  readonly protocol: MemberProtocol;
  /** 1 or 2. */
  readonly round: number;
  /** From 1. */
  readonly member: number;
  readonly members: number;
  /** It gets no further before time passes: the playground's clock is paused. */
  readonly waitsForClock: boolean;
}

/** A script that a member can follow. */
export interface ScriptSummary {
  readonly scriptId: MemberScriptId;
  readonly title: string;
  readonly inWords: string;
  /** What will be seen of it, in a sentence. */
  readonly shows: string;
  /** It takes the instance id of another member. */
  readonly isTwin: boolean;
}

/** A scripted member to be. */
export interface ScriptedMemberChoice {
  readonly groupId: string;
  /** Empty: what the other members of the group read. */
  readonly topics: readonly string[];
  /** Undefined: `steady`. */
  readonly scriptId?: MemberScriptId | undefined;
  /** Undefined: as the other scripted members of the group. */
  readonly protocol?: MemberProtocol | undefined;
  /** With an instance id of its own (KIP-345). */
  readonly isStatic?: boolean | undefined;
  /** For a twin: whose instance id it takes; undefined takes that of any static member of the group. */
  readonly groupInstanceId?: string | undefined;
}

/** What becomes different of a scripted member; undefined leaves it. */
export interface MemberChange {
  readonly scriptId?: MemberScriptId | undefined;
  readonly protocol?: MemberProtocol | undefined;
}

export interface ScriptedMemberSummary {
  /** Its own as long as it exists; its sessions and member ids come and go. */
  readonly name: string;
  readonly groupId: string;
  readonly scriptId: MemberScriptId;
  /** Its script, in words. */
  readonly script: string;
  readonly protocol: MemberProtocol;
  readonly groupInstanceId: string | undefined;
  /** Of its present life, or of the last one. */
  readonly sessionId: string;
  /** False between two lives. */
  readonly isAlive: boolean;
  /** Undefined until the coordinator gave one. */
  readonly memberId: string | undefined;
}

/** A transaction that could be aborted: by its transactional id, or, where no coordinator knows it, by its producer. */
export type TransactionChoice =
  | { readonly transactionalId: string }
  | { readonly topic: string; readonly partition: number /** Decimal. */; readonly producerId: string };

export interface FaultSummary {
  readonly faultId: string;
  readonly title: string;
  readonly enabled: boolean;
  readonly holding: number;
}

/** How time passes on the playground. */
export type PlaygroundClockMode = "real" | "paused" | "fast";

export interface PlaygroundClockStatus {
  readonly mode: PlaygroundClockMode;
  /** What its clock shows. */
  readonly now: number;
}

/** The three ready-made faults; one that holds or delays is switched on again where it is there already. */
export type FaultChoice =
  | { readonly kind: "holdSyncGroup"; readonly groupId: string }
  | { readonly kind: "delayCommits"; readonly groupId: string; readonly delayMs: number }
  | {
      readonly kind: "corruptNextBatch";
      readonly topic: string;
      readonly partition: number;
      readonly damage: BatchCorruption;
    };

export type { MemberScriptId, WorkloadOptions };

type Nothing = Record<string, never>;

/** A ready-made trouble, for whoever lists them. */
export type TroubleSummary = Trouble;

/** What a trouble is aimed at. */
export type TroubleAim = TroubleTarget;

/** What was started, and the rule by which it can be ended, where it is one. */
export type TroubleStarted = StartedTrouble;

export interface PlaygroundRequests {
  /** Starts it if it does not run; with `scene`, fills it with a topic that receives records and a group. */
  readonly "playground.start": RequestShape<{ readonly scene: boolean }, PlaygroundStatus>;
  readonly "playground.stop": RequestShape<Nothing, void>;
  readonly "playground.status": RequestShape<Nothing, PlaygroundStatus>;
  readonly "playground.produce": RequestShape<
    { readonly topic: string; readonly count: number },
    { readonly produced: number }
  >;
  /** Starts a producer; what becomes of it is observed. */
  readonly "playground.startProducing": RequestShape<WorkloadOptions, { readonly workloadId: string }>;
  /** What a producer would be, in words, and why it cannot be. */
  readonly "playground.reviewProducing": RequestShape<
    WorkloadOptions,
    { readonly text: string; readonly problem: string | undefined }
  >;
  readonly "playground.stopProducing": RequestShape<{ readonly workloadId: string }, void>;
  /** All scripts there are. */
  readonly "playground.scripts": RequestShape<Nothing, readonly ScriptSummary[]>;
  readonly "playground.addMember": RequestShape<ScriptedMemberChoice, ScriptedMemberSummary>;
  /** It leaves, and comes back under its name with another script, protocol, or both; what is undefined stays. */
  readonly "playground.changeMember": RequestShape<
    { readonly name: string } & MemberChange,
    ScriptedMemberSummary
  >;
  /** Restarts the scripted members of a classic group one at a time, twice, until they offer nothing but this assignor. */
  readonly "playground.migrateAssignor": RequestShape<
    { readonly groupId: string; readonly to: "range" | "cooperative-sticky" },
    { readonly restarted: number },
    MigrationStep
  >;
  readonly "playground.removeMember": RequestShape<{ readonly name: string }, void>;
  readonly "playground.clock": RequestShape<Nothing, PlaygroundClockStatus>;
  /** Refused, with the reason, while a foreign client is connected, unless time is to be real. */
  readonly "playground.clock.set": RequestShape<
    { readonly mode: PlaygroundClockMode },
    PlaygroundClockStatus
  >;
  /** Lets the time pass that the clock is behind, timer by timer, and time is real then. Refused as above, and when it is ahead. */
  readonly "playground.clock.catchUp": RequestShape<Nothing, PlaygroundClockStatus>;
  /** Lets so much time pass at once; time stands still then. */
  readonly "playground.clock.step": RequestShape<{ readonly ms: number }, PlaygroundClockStatus>;
  readonly "playground.addFault": RequestShape<FaultChoice, { readonly faultId: string }>;
  /** The ways in which a batch can be damaged. */
  readonly "playground.damages": RequestShape<
    Nothing,
    readonly { readonly damage: BatchCorruption; readonly name: string; readonly description: string }[]
  >;
  /** Every ready-made trouble, with what it must be told. */
  readonly "playground.troubles": RequestShape<Nothing, readonly TroubleSummary[]>;
  /** What a trouble must be told that this target does not say, in the order in which it is asked for. */
  readonly "playground.troubleLacks": RequestShape<
    { readonly id: string; readonly target: TroubleAim },
    Trouble["needs"]
  >;
  readonly "playground.trouble": RequestShape<
    { readonly id: string; readonly target: TroubleAim },
    TroubleStarted
  >;
  /** The members of a group, as they are now. */
  readonly "playground.groupMembers": RequestShape<
    { readonly groupId: string },
    readonly { readonly memberId: string; readonly clientId: string; readonly isStatic: boolean }[]
  >;
  /** The transactional ids there are, and what they are doing. */
  readonly "playground.transactions": RequestShape<
    Nothing,
    readonly { readonly transactionalId: string; readonly state: string }[]
  >;
  /** Transactions that are open, those that hang first. */
  readonly "playground.openTransactions": RequestShape<Nothing, readonly TransactionChoice[]>;
  /** Refused when it has ended already. */
  readonly "playground.abortTransaction": RequestShape<TransactionChoice, void>;
  /** The clocks that are wrong, by how much; without a node, that of all which have none of their own. */
  readonly "playground.wrongClocks": RequestShape<
    Nothing,
    readonly { readonly nodeId?: number | undefined; readonly aheadMs: number }[]
  >;
  /** Puts rules written as JSON into force: all of them, or, when anything is wrong, none. */
  readonly "playground.addRules": RequestShape<
    { readonly text: string },
    { readonly faultIds: readonly string[]; readonly problems: readonly string[] }
  >;
  readonly "playground.setFaultEnabled": RequestShape<
    { readonly faultId: string; readonly enabled: boolean },
    void
  >;
  readonly "playground.releaseHeld": RequestShape<{ readonly faultId: string }, void>;
  readonly "playground.removeFault": RequestShape<{ readonly faultId: string }, void>;
}

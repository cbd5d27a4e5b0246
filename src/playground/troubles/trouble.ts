/** What a trouble may be aimed at; JSON, so offsets are decimal strings. */
export interface TroubleTarget {
  readonly groupId?: string | undefined;
  readonly memberId?: string | undefined;
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  readonly nodeId?: number | undefined;
  readonly transactionalId?: string | undefined;
  readonly clientId?: string | undefined;
  /** How long it lasts, or how late answers come; each trouble that takes time has its own default. */
  readonly ms?: number | undefined;
  /** Where a log is cut; by default so that its newest batch is lost. */
  readonly offset?: string | undefined;
}

/** What a trouble must be told. */
export type TroubleNeed = "group" | "member" | "topic" | "partition" | "node" | "transactional id";

/** A ready-made trouble, for whoever lists them. */
export interface Trouble {
  readonly id: string;
  /** As a command: `Stop a node`. */
  readonly title: string;
  /** What happens, and what clients see of it. */
  readonly description: string;
  readonly needs: readonly TroubleNeed[];
  /** What it can be told beside that. */
  readonly takes: readonly ("node" | "client" | "ms" | "offset" | "topic" | "partition")[];
}

/** What was started: a rule that can be switched off or removed, where it is one. */
export interface StartedTrouble {
  readonly faultId: string | undefined;
}

import type { CommitBlock } from "#trace/observations/commit.ts";

/** In whose name a commit goes out. */
export interface CommitAuthority {
  readonly memberId: string;
  /** -1 commits from outside of the group, as a consumer with direct assignment does. */
  readonly generationId: number;
}

/** Whether commits may be sent now: as whom, or why not. */
export type CommitGate =
  | { readonly open: true; readonly authority: CommitAuthority }
  | { readonly open: false; readonly block: CommitBlock };

/** What the group makes of an error that a commit was answered with. */
export type GroupErrorVerdict =
  /** The commit may be right in the next generation: it waits for that. */
  | { readonly kind: "wait"; readonly block: CommitBlock }
  /** It cannot become right. */
  | { readonly kind: "fail"; readonly message: string };

import { type Clock, withDeadline } from "#base/clock.ts";
import { ConnectionError } from "#network/connectionError.ts";
import type { ErrorName } from "#protocol/errorCodes.ts";
import { CodecError } from "#protocol/wire/codecError.ts";
import type { CommitBlock } from "#trace/observations/commit.ts";
import { errorText } from "../engineError.ts";
import { complete, refused } from "./commitAnswers.ts";
import {
  answersByPartition,
  type CommitOffset,
  type CommitRefusal,
  type CommitTrigger,
  type CommittedPartition,
  partitionsText,
} from "./commitEntry.ts";
import { explainCommitError, isCoordinatorError, isGroupError } from "./commitErrors.ts";
import type { CommitAuthority, CommitGate, GroupErrorVerdict } from "./commitGate.ts";
import type { CommitEnd, QueuedCommit } from "./queuedCommit.ts";

/** What sending a commit needs of the consumer it belongs to. */
export interface CommitAttemptPorts {
  readonly clock: Clock;
  readonly gate: () => CommitGate;
  /**
   * Why the offset must not be committed now: the partition is not owned under `authority`, or was somebody else's since
   * the commit was asked for; or more is committed already, and nobody asked to go back.
   */
  readonly refusal: (
    offset: CommitOffset,
    request: { readonly authority: CommitAuthority; readonly trigger: CommitTrigger },
  ) => Exclude<CommitRefusal, "NOT_ANSWERED"> | undefined;
  /** Settles once the coordinator is known. */
  readonly locate: (signal: AbortSignal) => Promise<unknown>;
  /** Rejects when no answer came. */
  readonly send: (
    offsets: readonly CommitOffset[],
    authority: CommitAuthority,
  ) => Promise<readonly CommittedPartition[]>;
  readonly onCommitted: (offset: CommitOffset) => void;
  readonly onGroupError: (error: ErrorName, authority: CommitAuthority) => GroupErrorVerdict;
  readonly onCoordinatorError: (error: ErrorName) => void;
}

/** What came of an attempt. */
export type AttemptOutcome =
  | { readonly kind: "ended"; readonly end: CommitEnd }
  /** Nothing is decided: it has to be sent again. */
  | { readonly kind: "again"; readonly error: string; readonly block: CommitBlock }
  /** It was not sent, as its waiter is gone, or may not be sent any more. */
  | { readonly kind: "unsent" };

/** What was sent of a commit, and in whose name. */
interface Sent {
  readonly authority: CommitAuthority;
  readonly going: readonly CommitOffset[];
  /** Left out, as it must not be committed any more. */
  readonly notOurs: readonly CommittedPartition[];
}

/** Sends one commit after the other: finds the coordinator, leaves out what must not be committed, reads the answer. */
export class CommitAttempts {
  readonly #ports: CommitAttemptPorts;
  #coordinatorUnknownSince: number | undefined;
  #coordinatorLoadingSince: number | undefined;

  constructor(ports: CommitAttemptPorts) {
    this.#ports = ports;
  }

  /** Never rejects. */
  async attempt(commit: QueuedCommit): Promise<AttemptOutcome> {
    const notFound = await this.#locate(commit);
    if (notFound) return notFound;
    // The membership may have moved on while the coordinator was looked for.
    const gate = this.#ports.gate();
    if (commit.isSettled || !gate.open) return { kind: "unsent" };
    const { authority } = gate;
    const { offsets, trigger } = commit.entry;
    const kept = offsets.flatMap((offset) => {
      const refusal = this.#ports.refusal(offset, { authority, trigger });
      return refusal ? [refused(offset, refusal)] : [];
    });
    const isKept = answersByPartition(kept);
    const going = offsets.filter((offset) => !isKept.has(offset));
    commit.answers(kept);
    // What others overtook is committed, and further than was asked for.
    const notOurs = kept.filter(({ error }) => error !== "OVERTAKEN");
    if (going.length === 0) return committedBut(notOurs);
    commit.sent(authority.generationId);
    try {
      const answers = complete(going, await this.#ports.send(going, authority));
      commit.answers(answers);
      return this.#answered(answers, { authority, going, notOurs });
    } catch (failure) {
      return this.#noAnswer(failure);
    }
  }

  /** Sent again, unless the first request may still be carried out at any time: it could undo a later commit then. */
  #noAnswer(failure: unknown): AttemptOutcome {
    // It never left, and would not the next time.
    if (CodecError.is(failure)) {
      return failed("INVALID_REQUEST", `the commit cannot be sent: ${failure.message}`);
    }
    if (!ConnectionError.is(failure, "TIMEOUT") || failure.unsent)
      return again(errorText(failure), this.#unknownCoordinator());
    const unknown = `${failure.message}; whether it is committed is not known, and it is not sent again, as the first request may still be carried out, after a later commit`;
    return failed("TIMEOUT", unknown);
  }

  /** Undefined once the coordinator is known. It may not be found, or nobody may wait for this commit any longer. */
  async #locate(commit: QueuedCommit): Promise<AttemptOutcome | undefined> {
    const { clock, locate } = this.#ports;
    // Usually it is known, and nobody has to be told that it is being looked for.
    const say = clock.schedule(20, () => commit.block(this.#unknownCoordinator()));
    try {
      await withDeadline(clock, locate(commit.released), {
        what: "finding the coordinator",
        signal: commit.released,
      });
      this.#coordinatorUnknownSince = undefined;
      return undefined;
    } catch (failure) {
      return again(errorText(failure), this.#unknownCoordinator());
    } finally {
      say.dispose();
    }
  }

  #answered(answers: readonly CommittedPartition[], sent: Sent): AttemptOutcome {
    const notCommitted = answers.filter(({ error }) => error !== undefined);
    const hasFailed = answersByPartition(notCommitted);
    for (const offset of sent.going) {
      if (!hasFailed.has(offset)) this.#ports.onCommitted(offset);
    }
    const error = notCommitted[0]?.error;
    if (error !== "COORDINATOR_LOAD_IN_PROGRESS") this.#coordinatorLoadingSince = undefined;
    if (error === undefined) return committedBut(sent.notOurs);
    if (isCoordinatorError(error)) {
      this.#ports.onCoordinatorError(error);
      const isLoading = error === "COORDINATOR_LOAD_IN_PROGRESS";
      return again(error, isLoading ? this.#loadingCoordinator() : this.#unknownCoordinator());
    }
    if (isGroupError(error)) {
      const verdict = this.#ports.onGroupError(error, sent.authority);
      return verdict.kind === "wait" ? again(error, verdict.block) : failed(error, verdict.message);
    }
    return failed(error, explainCommitError(error, partitionsText(notCommitted)));
  }

  #loadingCoordinator(): CommitBlock {
    this.#coordinatorLoadingSince ??= this.#ports.clock.now();
    return { by: "coordinatorLoading", since: this.#coordinatorLoadingSince };
  }

  #unknownCoordinator(): CommitBlock {
    this.#coordinatorUnknownSince ??= this.#ports.clock.now();
    return { by: "coordinatorUnknown", since: this.#coordinatorUnknownSince };
  }
}

function again(error: string, block: CommitBlock): AttemptOutcome {
  return { kind: "again", error, block };
}

function failed(error: string, message: string): AttemptOutcome {
  return { kind: "ended", end: { outcome: "failed", error, message } };
}

/** The end of a commit of which nothing failed but what must not be committed any more. */
function committedBut(notOurs: readonly CommittedPartition[]): AttemptOutcome {
  return { kind: "ended", end: notOurs.length > 0 ? notOursAnyMore(notOurs) : { outcome: "committed" } };
}

/** The end of a commit whose partitions are in other hands, or of another topic. */
export function notOursAnyMore(offsets: readonly CommittedPartition[]): CommitEnd {
  const went = offsets.filter(({ error }) => error !== "TOPIC_RECREATED");
  if (went.length === 0) {
    const message = explainCommitError("TOPIC_RECREATED", partitionsText(offsets));
    return { outcome: "failed", error: "TOPIC_RECREATED", message };
  }
  return {
    outcome: "failed",
    error: "NOT_ASSIGNED",
    message: `${partitionsText(went)} went to another member in a rebalance, or were lost: committing there could rewind its new owner`,
  };
}

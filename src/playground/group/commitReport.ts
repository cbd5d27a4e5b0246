import type { Clock } from "#base/clock.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { Observe } from "#trace/observation.ts";
import type { CommitState } from "#trace/observations/commit.ts";

/** What became of one partition of a commit. */
export interface CommittedPartition extends TopicPartition {
  readonly from: bigint | undefined;
  readonly to: bigint;
  readonly error: KnownErrorName;
}

/** Who commits. */
interface Committer {
  readonly groupId: string;
  readonly memberId: string;
  readonly generationIdOrMemberEpoch: number;
}

/** Reports one OffsetCommit request as the broker sees it: settled when answered, in flight while a fault holds it. */
export class CommitReport {
  readonly #clock: Clock;
  readonly #observe: Observe;
  readonly #clientId: string | undefined;
  readonly #committer: Committer;
  readonly #commitId: string;
  readonly #queuedAt: number;
  readonly #partitions: CommittedPartition[] = [];

  constructor(
    context: {
      readonly broker: { readonly clock: Clock; readonly observe: Observe };
      readonly clientId: string | null;
      readonly requestNumber: number;
    },
    committer: Committer,
  ) {
    this.#clock = context.broker.clock;
    this.#observe = context.broker.observe;
    this.#clientId = context.clientId ?? undefined;
    this.#committer = committer;
    this.#commitId = `commit-${context.requestNumber}`;
    this.#queuedAt = this.#clock.now();
  }

  add(partition: CommittedPartition): void {
    this.#partitions.push(partition);
  }

  held(faultId: string): void {
    this.#emit({ state: "inFlight", heldByFaultId: faultId });
  }

  done(how: "answered" | "keptBack"): void {
    const error = this.#partitions.find((partition) => partition.error !== "NONE")?.error;
    this.#emit({
      state: "settled",
      outcome: error === undefined ? "committed" : "failed",
      error,
      message: how === "keptBack" ? "The client never got the answer." : undefined,
    });
  }

  #emit(what: Pick<CommitState, "state" | "outcome" | "error" | "message" | "heldByFaultId">): void {
    const { groupId, memberId, generationIdOrMemberEpoch: generationId } = this.#committer;
    this.#observe({
      type: "commit.state",
      commitId: this.#commitId,
      groupId,
      memberId: memberId === "" ? undefined : memberId,
      clientId: this.#clientId,
      generationId: generationId < 0 ? undefined : generationId,
      trigger: "foreign",
      offsets: this.#partitions.map(({ topic, partition, from, to, error }) => ({
        topic,
        partition,
        from,
        to,
        error: error === "NONE" ? undefined : error,
      })),
      queuedAt: this.#queuedAt,
      sentAt: this.#queuedAt,
      stateSince: this.#clock.now(),
      ...what,
    });
  }
}

/** A defect put into the source of the engine or of the playground, to show that the simulation would notice it. */
export interface Mutation {
  readonly name: string;
  /** Which of the founding failures it is a form of; undefined: another one that clients have had. */
  readonly founding?: "buffered counts" | "commit hangs" | "stranded" | "skip" | "corrupt batch";
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** The rules that may notice it: of a Violation, or how a run gets stuck. */
  readonly rules: readonly string[];
}

/** What must never go unnoticed. */
export const mutations: readonly Mutation[] = [
  {
    name: "records dropped from the buffer stay counted",
    founding: "buffered counts",
    file: "src/engine/fetch/recordBuffer.ts",
    find: "while (!queue.isEmpty) queue.shift();",
    replace: "if (queue.counts.batches > 1) while (!queue.isEmpty) queue.shift();",
    rules: ["counts", "twice", "loss", "position", "report", "quiet", "delivery"],
  },
  {
    name: "a pause is not told to whoever shows the buffer",
    founding: "buffered counts",
    file: "src/engine/consumerSession.ts",
    find: "reporter.buffer(partition, undefined);",
    replace: "",
    rules: ["report", "counts"],
  },
  {
    name: "a commit's waiter is not let go at its deadline",
    founding: "commit hangs",
    file: "src/engine/commit/queuedCommit.ts",
    find: 'this.letGo("deadlinePassed"),',
    replace: "undefined,",
    rules: ["deadline"],
  },
  {
    name: "a cancelled commit goes on waiting",
    founding: "commit hangs",
    file: "src/engine/commit/queuedCommit.ts",
    find: 'const onAbort = () => this.letGo("cancelled");',
    replace: "const onAbort = () => {};",
    rules: ["deadline"],
  },
  {
    name: "an eager revoke keeps the partitions that it claims",
    founding: "stranded",
    file: "src/engine/group/holdings.ts",
    find: 'if (rebalanceProtocol === "eager") return owned;',
    replace: "",
    rules: ["claim"],
  },
  {
    name: "what a new assignment keeps is taken for new, and what is new for kept",
    founding: "stranded",
    file: "src/engine/group/groupMember.ts",
    find: "this.#ports.handover.assign(added, generation.generationId);",
    replace:
      "if (this.#ports.owned().length === 0) this.#ports.handover.assign(added, generation.generationId);",
    rules: ["owner", "quiet", "commit"],
  },
  {
    name: "skipping goes to the end as it was when something was fetched last",
    founding: "skip",
    file: "src/engine/position/assignedPartition.ts",
    find: "    this.fetchPosition = offset;\n    this.processed = offset;",
    replace: "    this.fetchPosition ??= offset;\n    this.processed = offset;",
    rules: ["position", "loss", "twice", "quiet"],
  },
  {
    name: "skipping says that it moved, and does not",
    founding: "skip",
    file: "src/engine/position/skipper.ts",
    find: "if (!isThere) this.#move(partition, to);",
    replace: "",
    rules: ["skip"],
  },
  {
    name: "skipping sends Kafka's number for the end as if it were an offset",
    founding: "skip",
    file: "src/engine/position/places.ts",
    find: 'case "end":\n      return endOfLog(answers, endTimestamp);',
    replace: 'case "end":\n      return { ok: true, offset: -1n };',
    rules: ["position", "skip", "loss", "twice", "quiet", "RangeError"],
  },
  {
    name: "a batch that cannot be read is passed over in silence",
    founding: "corrupt batch",
    file: "src/engine/fetch/recordIntake.ts",
    find: 'const action = retry ? "retrying" : last;',
    replace: `const action = retry ? "retrying" : last;
    if (next !== undefined) {
      this.#advance(partition, next, undefined);
      return true;
    }`,
    rules: ["loss"],
  },
  {
    name: "a halted partition is fetched again and again",
    founding: "corrupt batch",
    file: "src/engine/fetch/fetcher.ts",
    find: 'return progress.state === "fetching" || (progress.state === "errored" && progress.retry === "fetching");',
    replace: 'return progress.state !== "loading";',
    rules: ["halt", "hot loop"],
  },
  {
    name: "from cooperative to eager partitions are kept",
    founding: "stranded",
    file: "src/engine/group/groupMember.ts",
    find: "this.#dropOnProtocolChange(answer.generation);",
    replace: "",
    rules: ["owner", "claim"],
  },
  {
    name: "an automatic commit goes out behind a newer one",
    file: "src/engine/commit/committer.ts",
    find: 'return trigger !== "user" && this.#lastCommitted.overtakes(offset) ? "OVERTAKEN" : undefined;',
    replace: "return undefined;",
    rules: ["broker"],
  },
  {
    name: "a commit goes out for what is no longer ours",
    file: "src/engine/commit/committer.ts",
    find: 'if (!this.#stillOurs(offset, authority)) return "NOT_ASSIGNED";',
    replace: "",
    rules: ["committer"],
  },
  {
    name: "a batch is taken in, however much is buffered",
    file: "src/engine/fetch/fetchBudget.ts",
    find: "return claim.own.batches === 0 || this.#isFree(claim, 0);",
    replace: "return true;",
    rules: ["memory"],
  },
  {
    name: "a consumer member keeps what it was told to give up",
    file: "src/engine/group/consumer/consumerGroupMember.ts",
    find: "if (giveUp.length > 0) void this.#giveUp(giveUp);",
    replace: "",
    rules: ["quiet", "owner", "twice"],
  },
  {
    name: "a consumer member forgets to say that it gave up",
    founding: "stranded",
    file: "src/engine/group/consumer/consumerGroupMember.ts",
    find: "    this.#begunEpoch = undefined;\n    this.#tellAll();",
    replace: "    this.#begunEpoch = undefined;",
    rules: ["quiet", "owner"],
  },
  {
    name: "a callback runs while the records of a poll are being processed",
    file: "src/engine/rebalance/rebalanceGate.ts",
    find: '(this.#isEnding && passer.kind === "callback")',
    replace: 'passer.kind === "callback"',
    rules: ["gate"],
  },
  {
    name: "aborted records are delivered to who reads committed",
    file: "src/engine/fetch/readFetched.ts",
    find: "return header.isTransactional && !header.isControl && this.#open.has(header.producerId);",
    replace: "return header.isTransactional && !header.isControl && this.#open.has(-header.producerId);",
    rules: ["isolation"],
  },
  {
    name: "an abort marker hides the producer's next transaction, too",
    file: "src/engine/fetch/readFetched.ts",
    find: "this.#open.delete(producerId);",
    replace: "this.#open.delete(-producerId);",
    rules: ["loss", "quiet"],
  },
  {
    name: "a topic that is created anew is read on as if it were the old one",
    file: "src/engine/position/positionGuard.ts",
    find: "if (!isOther) return true;",
    replace: "if (isOther || !isOther) return true;",
    rules: ["loss", "quiet"],
  },
  {
    name: "the playground names only the first of the aborted transactions",
    file: "src/playground/log/logTransactions.ts",
    find: "if (entry.lastStableOffset >= to) break;",
    replace: "break;",
    rules: ["broker"],
  },
  {
    name: "the playground serves a fetch session from where the client was before",
    file: "src/playground/fetch/fetchSession.ts",
    find: "if (known) known.wanted = { ...partition, knownAs };",
    replace: "if (known) known.wanted = { ...known.wanted, knownAs };",
    rules: ["broker"],
  },
  {
    name: "the playground's log passes over a batch of each answer",
    file: "src/playground/log/logBatches.ts",
    find: "chosen.push(batch.bytes);",
    replace: "if (chosen.length !== 1) chosen.push(batch.bytes);",
    rules: ["broker"],
  },
];

/** The mutation of that name. Throws when there is none. */
export function mutationNamed(name: string): Mutation {
  const found = mutations.find((mutation) => mutation.name === name);
  if (!found) throw new RangeError(`no mutation is called ${name}`);
  return found;
}

/**
 * The words of `contextValue`, for `when` clauses such as `viewItem =~ /\bsessionPartition\b.*\bpaused\b/`.
 *
 * The first word is the kind of row; the rest come in the order below, each only if it is true. A row of an opened
 * trace carries `readOnly`: nothing can be done to it but look.
 *
 *     cluster            connected | connecting | failed | disconnected     playground (running | stopped) | trace
 *     groups             failing
 *     group              classic | consumer | share | streams | unknown     stable | empty | rebalancing | other     failing
 *     member             ours | scripted | foreign                         missing    static     clockPaused
 *     awayMember         scripted    clockPaused
 *     unassigned         stranded
 *     groupPartition     ours | scripted | foreign | nobody                stranded
 *     topics             failing
 *     topic              internal    failing
 *     topicPartition     failing    hanging
 *     topicGroups
 *     topicGroup
 *     nodes
 *     node               up | down    wrongClock
 *     clock              real | paused | fast     behind     kept
 *     faults
 *     fault              enabled | disabled     holding
 *     wrongClock
 *     hangingTransaction
 *     workload           running | finished
 *     session            group | direct     member     hold | flow     paused | partlyPaused | running     corrupt
 *                        committing     gateHeld     waiting     clockPaused | ended
 *     sessionTopic       paused | partlyPaused | running
 *     sessionPartition   group | direct     paused | running     loading | fetching | errored | corrupt | retrying
 *                        skippable
 *     finding            commitHang | commitGivenUp | strandedPartition | corruptBatch | partitionError | clusterConnection | groupNotStable | heldByFault | brokenInvariant
 *                        rebalanceStorm | joinRefused
 *                        gateHeld | slowCallback | pollOverdue | fellBack | recordsLost | fencedMember | pausedPartitions
 *                        error | warning | info     and the kind of each of its remedies: releaseCommit, retryBatch, skipBatch, …
 *     message            error | info
 */
export type RowKind =
  | "cluster"
  | "groups"
  | "group"
  | "member"
  | "awayMember"
  | "unassigned"
  | "groupPartition"
  | "topics"
  | "topic"
  | "topicPartition"
  | "topicGroups"
  | "topicGroup"
  | "nodes"
  | "node"
  | "clock"
  | "faults"
  | "fault"
  | "wrongClock"
  | "hangingTransaction"
  | "workload"
  | "session"
  | "sessionTopic"
  | "sessionPartition"
  | "finding"
  | "message";

/** The value for a row: its kind, then the words that hold. */
export function contextValue(kind: RowKind, ...words: readonly (string | false | undefined)[]): string {
  return [kind, ...words.filter((word) => typeof word === "string")].join(" ");
}

/** What is the same for every consumer group of a playground (KIP-848). */
export interface ConsumerGroupSettings {
  /** How often members are told to heartbeat. Kafka: 5 seconds. */
  readonly heartbeatIntervalMs: number;
  /** How long a member may be silent. Kafka: 45 seconds. */
  readonly sessionTimeoutMs: number;
  /** The least time between two target assignments of a group. Kafka: 1 second. */
  readonly assignmentIntervalMs: number;
  /** How often regular expressions are matched with all topics even when none is new. Kafka: 10 minutes. */
  readonly regexRefreshIntervalMs: number;
  readonly maxMembers: number;
  /** Whether groups turn into the other kind while members are in them (KIP-848). Kafka: bidirectional, disabled in 3.9. */
  readonly migrationPolicy: "disabled" | "upgrade" | "downgrade" | "bidirectional";
}

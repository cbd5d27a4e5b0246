import type { ServerTlsOptions } from "#base/transport.ts";
import type { GroupSettings } from "./group/classicGroup.ts";
import type { ConsumerGroupSettings } from "./group/consumer/consumerGroupSettings.ts";
import type { SaslSettings } from "./server/saslUsers.ts";
import type { TransactionSettings } from "./transactions/transactionCoordinator.ts";
import {
  defaultRebalanceProtocols,
  isKafka4,
  type KafkaRelease,
  newestRelease,
  type RebalanceProtocols,
} from "./versions/kafkaReleases.ts";

/** The bounds and delays of a playground. */
export interface PlaygroundSettings {
  /** Of the classic protocol. */
  readonly groups: GroupSettings;
  /** Of KIP-848. */
  readonly consumerGroups: ConsumerGroupSettings;
  readonly transactions: TransactionSettings;
  /** How long a coordinator that takes over reads what was written of its groups or transactions; it answers nothing else. */
  readonly coordinatorLoadMs: number;
  readonly maxGroups: number;
  /** All logs together; when it is used up, the oldest batches go. */
  readonly maxLogBytes: number;
  readonly maxMessageBytes: number;
  readonly maxRequestBytes: number;
  readonly maxConnections: number;
  readonly maxFetchSessions: number;
  readonly maxPartitions: number;
  readonly maxOffsetMetadataBytes: number;
  readonly defaultPartitions: number;
  /** False lets damaged batches into the log as they come. */
  readonly validatesProduced: boolean;
  /** Clients have to sign in first; undefined lets everybody in. */
  readonly sasl: SaslSettings | undefined;
  /** All ports speak TLS with this certificate; undefined for plain text. */
  readonly tls: ServerTlsOptions | undefined;
  /** How often retention and compaction look at the logs of topics that ask for it. */
  readonly housekeepingIntervalMs: number;
  /** Passes for a broker of this release: what that does not have, or no longer has, is neither served nor advertised. */
  readonly kafkaVersion: KafkaRelease;
  /** Whether there are consumer groups (KIP-848) beside classic ones; as the release has it by default. */
  readonly rebalanceProtocols: RebalanceProtocols;
  /**
   * Passes for a broker with a receiver for clients' metrics and no subscription (KIP-714): clients get an instance id, and
   * are asked for nothing. False is a broker without one, as Kafka is before a plugin is installed.
   */
  readonly receivesTelemetry: boolean;
  /** Kafka's own default is true; a mistyped topic is easier to notice without. */
  readonly autoCreateTopics: boolean;
}

/** What a caller may change. */
export type PlaygroundSettingsInput = Partial<
  Omit<PlaygroundSettings, "groups" | "consumerGroups" | "transactions">
> & {
  readonly groups?: Partial<GroupSettings> | undefined;
  readonly consumerGroups?: Partial<ConsumerGroupSettings> | undefined;
  readonly transactions?: Partial<TransactionSettings> | undefined;
};

const mebibyte = 1024 * 1024;

/** Kafka's defaults where they suit a laptop; shorter waits and tighter bounds where they do not. */
export function playgroundSettings(input: PlaygroundSettingsInput = {}): PlaygroundSettings {
  const { kafkaVersion = newestRelease } = input;
  return {
    coordinatorLoadMs: 100,
    maxGroups: 1_000,
    maxLogBytes: 256 * mebibyte,
    maxMessageBytes: 1_048_588,
    maxRequestBytes: 32 * mebibyte,
    maxConnections: 1_000,
    maxFetchSessions: 1_000,
    maxPartitions: 20_000,
    maxOffsetMetadataBytes: 4_096,
    defaultPartitions: 1,
    validatesProduced: true,
    sasl: undefined,
    tls: undefined,
    housekeepingIntervalMs: 15_000,
    kafkaVersion,
    rebalanceProtocols: defaultRebalanceProtocols(kafkaVersion),
    receivesTelemetry: true,
    autoCreateTopics: false,
    ...input,
    groups: {
      initialRebalanceDelayMs: 100,
      minSessionTimeoutMs: 1_000,
      maxSessionTimeoutMs: 1_800_000,
      newMemberJoinTimeoutMs: 300_000,
      maxMembers: 500,
      ...input.groups,
    },
    consumerGroups: {
      heartbeatIntervalMs: 1_000,
      sessionTimeoutMs: 45_000,
      assignmentIntervalMs: 1_000,
      regexRefreshIntervalMs: 600_000,
      maxMembers: 500,
      // 3.9 has consumer groups for whoever asks, and leaves groups what they are.
      migrationPolicy: isKafka4(kafkaVersion) ? "bidirectional" : "disabled",
      ...input.consumerGroups,
    },
    transactions: {
      maxTimeoutMs: 900_000,
      maxTransactionalIds: 10_000,
      markerDelayMs: 0,
      reversesAbortedList: false,
      ...input.transactions,
    },
  };
}

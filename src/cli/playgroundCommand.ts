import type { KafkaRelease, RebalanceProtocols } from "#playground/versions/kafkaReleases.ts";

/** A topic that is there from the start. */
export interface TopicWish {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
}

/** `groupscope playground` with its options; files are not read yet. */
export interface PlaygroundCommand {
  readonly type: "playground";
  /** 9092 when undefined. From a data directory, one that was moved to because this was taken comes first. */
  readonly port: number | undefined;
  readonly host: string;
  readonly nodes: number;
  /** None: the nodes stand nowhere in particular. */
  readonly racks: readonly string[];
  readonly topics: readonly TopicWish[];
  /** Records a second. */
  readonly produce: readonly { readonly topic: string; readonly records: number }[];
  /** Records before it is ready. */
  readonly fill: readonly { readonly topic: string; readonly records: number }[];
  readonly autoCreateTopics: boolean;
  readonly kafkaVersion: KafkaRelease | undefined;
  /** As the release has them when undefined. */
  readonly rebalanceProtocols: RebalanceProtocols | undefined;
  readonly validatesProduced: boolean;
  readonly faultsFile: string | undefined;
  readonly seed: number | undefined;
  readonly users: readonly { readonly username: string; readonly password: string }[];
  readonly tls:
    | {
        readonly certFile: string;
        readonly keyFile: string;
        /** Clients must show a certificate that this authority signed. */
        readonly clientCaFile: string | undefined;
      }
    | undefined;
  readonly dataDirectory: string | undefined;
  readonly memoryMebibytes: number | undefined;
  readonly json: boolean;
}

/** An option of `groupscope playground`, as help shows it. */
export interface OptionEntry {
  /** What stands behind it in help; undefined for one that takes no value. */
  readonly value?: string;
  readonly help: string;
}

/** Every option of `groupscope playground`, in the order of help. */
export const optionTable = {
  port: { value: "PORT", help: "first node's port, the others follow it; 0 takes any free ones (9092)" },
  host: { value: "HOST", help: "where to listen, and what clients are told to connect to (127.0.0.1)" },
  nodes: { value: "N", help: "how many brokers (1)" },
  racks: {
    value: "RACK,…",
    help: "where the nodes stand, given out in turn: clients read from their own rack",
  },
  topic: {
    value: "NAME[:PARTITIONS[:REPLICATION]]",
    help: "a topic that is there from the start; repeatable",
  },
  produce: { value: "TOPIC:RATE", help: "sample orders, so many records a second; repeatable" },
  fill: { value: "TOPIC:COUNT", help: "sample orders that are there before it is ready; repeatable" },
  "auto-create-topics": { help: "create a topic when a client asks for one that is not there" },
  "kafka-version": { value: "VERSION", help: "pass for a broker of this release: RELEASES (the newest)" },
  "rebalance-protocols": {
    value: "PROTOCOLS",
    help: "classic, or classic,consumer for groups of KIP-848 too (as the release has it)",
  },
  "no-validation": { help: "let damaged batches of producers into the log as they come" },
  faults: { value: "FILE", help: "rules for what goes wrong, as JSON; read again when the file changes" },
  seed: { value: "N", help: "what chance decides (faults, sample records) is the same in every run" },
  user: { value: "NAME:PASSWORD", help: "clients must sign in (SASL PLAIN or SCRAM); repeatable" },
  "tls-cert": { value: "FILE", help: "speak TLS with this certificate (PEM); needs --tls-key" },
  "tls-key": { value: "FILE", help: "the certificate's key (PEM)" },
  "tls-client-ca": {
    value: "FILE",
    help: "clients must show a certificate that this authority (PEM) signed",
  },
  "data-dir": { value: "DIR", help: "keep topics, records and offsets there, and come back with them" },
  memory: { value: "MIB", help: "what all records may take; then the oldest go (256)" },
  json: { help: "say in one line of JSON when it is ready" },
  help: { help: "show this" },
  version: { help: "show the version" },
} as const satisfies Readonly<Record<string, OptionEntry>>;

/** The name of an option, without its dashes. */
export type OptionName = keyof typeof optionTable;

/** Tells an option's name from any other text. */
export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(optionTable, name);
}

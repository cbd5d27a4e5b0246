/** The user's settings that the worker follows. */
export interface HostSettings {
  readonly refreshIntervalMs: number;
  readonly commitHangToleranceMs: number;
  /** Per debug consumer. */
  readonly maxBufferedBytes: number;
  /** Of delivered records kept for the records panel, all sessions together. */
  readonly maxKeptRecordBytes: number;
  readonly maxTraceFileBytes: number;
  readonly requestTimeoutMs: number;
  readonly playgroundPort: number;
  readonly playgroundNodes: number;
  /** Where the playground is kept, relative to the window's storage; empty or undefined: nowhere. */
  readonly playgroundDataDirectory?: string | undefined;
  /** The release it passes for, as written; undefined: the newest it knows. */
  readonly playgroundKafkaVersion?: string | undefined;
  /** Whether it has consumer groups beside classic ones, as written; empty or undefined: as the release. */
  readonly playgroundRebalanceProtocols?: string | undefined;
  /** What all its records may take; then the oldest go. */
  readonly playgroundLogBytes?: number | undefined;
  readonly playgroundAutoCreateTopics?: boolean | undefined;
  /** Given to its nodes in turn. */
  readonly playgroundRacks?: readonly string[] | undefined;
  readonly playgroundValidatesProduced?: boolean | undefined;
}

/** Everything the worker is told once at its start and again at every change. */
export interface HostConfiguration {
  readonly settings: HostSettings;
  /** Directory for the running trace; undefined when the window has no storage. */
  readonly storageDirectory: string | undefined;
  /** `groupscope 0.1.0`: written into traces. */
  readonly product: string;
}

/** What became of a connection: for the log, and for those who want to know whether a broker is there. */
export interface ConnectionNotice {
  /** `host:port`. */
  readonly broker: string;
  readonly nodeId: number | undefined;
  readonly channel: string;
  readonly state: "connecting" | "connected" | "failed" | "closed";
  /** Why, for `failed`, and for `closed` when it was not on our own word. */
  readonly error?: Error | undefined;
}

/** Why a connection to a broker, or a request on it, failed without an answer of Kafka's own. */
export type ConnectionFailure =
  /** The connection ended before the answer came. */
  | "CLOSED"
  /** No answer within the request's time. */
  | "TIMEOUT"
  /** The other side announced more bytes than we accept. */
  | "FRAME_TOO_LARGE"
  /** What came is not Kafka, or not the answer that was due. */
  | "GARBAGE"
  /** Broker and we have no version of this API in common. */
  | "UNSUPPORTED_VERSION"
  | "AUTHENTICATION_FAILED"
  | "UNSUPPORTED_MECHANISM"
  /** The node is not part of the cluster, as far as its metadata says. */
  | "UNKNOWN_NODE"
  /** Not one broker could be reached. */
  | "NO_BROKER"
  /** Our own side was closed. */
  | "CLIENT_CLOSED";

/** A broker could not be talked to. Not for answers that carry an error code: these are BrokerErrors. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly code: ConnectionFailure;
  /** The address concerned, `host:port`. */
  readonly broker: string;
  /** True when the request certainly never left: sending it again cannot make it happen twice. */
  readonly unsent: boolean;

  constructor(
    code: ConnectionFailure,
    message: string,
    options: { readonly broker: string; readonly unsent?: boolean; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.broker = options.broker;
    this.unsent = options.unsent ?? false;
  }

  /** Narrows a caught value: `if (ConnectionError.is(error, "TIMEOUT")) …`. */
  static is(error: unknown, ...codes: readonly ConnectionFailure[]): error is ConnectionError {
    return error instanceof ConnectionError && (codes.length === 0 || codes.includes(error.code));
  }
}

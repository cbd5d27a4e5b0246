import { CancelledError } from "#base/clock.ts";
import {
  type ByteStream,
  ConnectError,
  type Endpoint,
  type TlsOptions,
  type Transport,
} from "#base/transport.ts";
import { addressText } from "./address.ts";
import { ConnectionError } from "./connectionError.ts";

/** Where to, and how long it may take. */
export interface StreamOptions {
  readonly endpoint: Endpoint;
  readonly tls?: TlsOptions | undefined;
  readonly transport: Transport;
  readonly connectTimeoutMs: number;
}

/** TCP and TLS to a broker; failures as `openingFailure` words them. */
export async function openStream(
  options: StreamOptions,
  signal: AbortSignal | undefined,
): Promise<ByteStream> {
  const { transport, endpoint, tls, connectTimeoutMs: timeoutMs } = options;
  try {
    return await transport.connect({ host: endpoint.host, port: endpoint.port, tls, timeoutMs }, signal);
  } catch (error) {
    throw openingFailure(error, options);
  }
}

/** What opening fails with: a deadline of ours becomes TIMEOUT, a failure below the connection is handed on itself. */
export function openingFailure(error: unknown, options: StreamOptions): unknown {
  if (CancelledError.is(error, "deadline")) {
    const broker = addressText(options.endpoint);
    const message = `${broker} did not answer within ${options.connectTimeoutMs} ms (${error.message})`;
    return new ConnectionError("TIMEOUT", message, { broker, unsent: true, cause: error });
  }
  // With TLS 1.3 a refused client certificate is told only after the stream is open.
  if (ConnectionError.is(error, "CLOSED") && ConnectError.is(error.cause)) return error.cause;
  return error;
}

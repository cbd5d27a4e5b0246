import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { ByteStream, ListenAt, Listening, ServerTlsOptions, StreamServer } from "#base/transport.ts";
import { addressText } from "#network/address.ts";
import { handshakeFailure } from "./handshakeFailure.ts";
import { SocketStream } from "./socketStream.ts";

const keptOpen = { noDelay: true, keepAlive: true };

/** Listens on real TCP ports, with TLS where it is asked for. Disposing what `listen` gives stops accepting; open streams belong to their receiver. */
export const tcpServer: StreamServer = {
  listen(at: ListenAt, onStream: (stream: ByteStream) => void): Promise<Listening> {
    return new Promise((resolve, reject) => {
      const accept = (socket: Socket) => {
        const remote = addressText({ host: socket.remoteAddress ?? "?", port: socket.remotePort ?? 0 });
        onStream(new SocketStream(socket, remote));
      };
      const server = at.tls ? tlsServer(at, at.tls, accept) : createServer(keptOpen, accept);
      server.once("error", reject);
      server.listen({ host: at.host, port: at.port }, () => {
        server.off("error", reject);
        // Running out of file descriptors must not end the process; the next accept may work again.
        server.on("error", () => {});
        const address = server.address();
        const port = typeof address === "object" && address !== null ? address.port : at.port;
        resolve({ host: at.host, port, dispose: () => void server.close() });
      });
    });
  },
};

/** How long a client may take for its handshake: half-open ones hold a socket each. */
const handshakeTimeoutMs = 30_000;

/** A client whose handshake fails or takes too long is dropped; it never becomes a stream, so that it is told of apart. */
function tlsServer(
  { onNoHandshake }: ListenAt,
  { cert, key, clientCa }: ServerTlsOptions,
  accept: (socket: Socket) => void,
): Server {
  const wantsClient = clientCa !== undefined;
  const server = createTlsServer(
    {
      ...keptOpen,
      handshakeTimeout: handshakeTimeoutMs,
      cert,
      key,
      ca: clientCa,
      requestCert: wantsClient,
      rejectUnauthorized: wantsClient,
    },
    accept,
  );
  server.on("tlsClientError", (error, socket) => {
    const failed = handshakeFailure(error, socket);
    socket.destroy();
    onNoHandshake?.(failed);
  });
  return server;
}

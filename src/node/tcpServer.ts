import { createServer } from "node:net";
import type { ByteStream, Endpoint, Listening, StreamServer } from "#base/transport.ts";
import { addressText } from "#network/address.ts";
import { SocketStream } from "./socketStream.ts";

/** Listens on real TCP ports. Disposing what `listen` gives stops accepting; open streams belong to their receiver. */
export const tcpServer: StreamServer = {
  listen(at: Endpoint, onStream: (stream: ByteStream) => void): Promise<Listening> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
        const remote = addressText({ host: socket.remoteAddress ?? "?", port: socket.remotePort ?? 0 });
        onStream(new SocketStream(socket, remote));
      });
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

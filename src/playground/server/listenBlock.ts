import { DisposableStore } from "#base/lifecycle.ts";
import type { ByteStream, Listening, StreamServer } from "#base/transport.ts";

/** Which ports to listen on. */
export interface PortBlock {
  readonly host: string;
  /** The first of `count` consecutive ports; 0 lets each port be any free one. */
  readonly basePort: number;
  readonly count: number;
  /** How many blocks to try, one after the other, while ports are taken. */
  readonly attempts: number;
}

/** Listens on the first block of ports that is free as a whole; `index` tells which of its ports a stream came to. */
export async function listenOnBlock(
  server: StreamServer,
  block: PortBlock,
  onStream: (index: number, stream: ByteStream) => void,
): Promise<readonly Listening[]> {
  for (let attempt = 0; ; attempt++) {
    const basePort = block.basePort === 0 ? 0 : block.basePort + attempt * block.count;
    try {
      const ports = Array.from({ length: block.count }, (_, index) =>
        basePort === 0 ? 0 : basePort + index,
      );
      return await listenOnAll(server, { host: block.host, ports }, onStream);
    } catch (error) {
      if (!isPortTaken(error) || attempt + 1 >= block.attempts) throw error;
    }
  }
}

/** Listens on exactly these ports. */
export async function listenOnAll(
  server: StreamServer,
  { host, ports }: { readonly host: string; readonly ports: readonly number[] },
  onStream: (index: number, stream: ByteStream) => void,
): Promise<readonly Listening[]> {
  const opened = new DisposableStore();
  const listening: Listening[] = [];
  try {
    for (const [index, port] of ports.entries()) {
      listening.push(opened.add(await server.listen({ host, port }, (stream) => onStream(index, stream))));
    }
    return listening;
  } catch (error) {
    opened.dispose();
    throw error;
  }
}

/** Whether somebody else listens there. */
export function isPortTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

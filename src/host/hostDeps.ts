import type { Clock } from "#base/clock.ts";
import type { DataFiles } from "#base/dataFiles.ts";
import type { Random } from "#base/random.ts";
import type { StreamServer, Transport } from "#base/transport.ts";

/** Files as the worker uses them: certificates and traces. */
export interface HostFiles {
  read(file: string): Promise<Uint8Array>;
  write(file: string, chunks: Iterable<string>): Promise<number>;
  /** Appends to a file of its own, made with its directory when it is not there. */
  append(file: string, text: string): Promise<void>;
  remove(file: string): Promise<void>;
}

/** Everything real that the worker needs: tests give virtual ones (ARCHITECTURE.md, I2). */
export interface HostDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  readonly server: StreamServer;
  readonly files: HostFiles;
  /** A directory that a playground keeps itself in. */
  readonly dataDirectory: (directory: string) => DataFiles;
  /** The standard output of a command of the user, run by their shell. */
  readonly runCommand: (command: string) => Promise<string>;
  readonly environment: (name: string) => string | undefined;
  readonly heap: () => { readonly usedBytes: number; readonly limitBytes: number };
  /** An instant in the user's time zone. */
  readonly timeText: (at: number) => string;
}

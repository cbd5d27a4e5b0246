import type { Clock } from "#base/clock.ts";
import type { DataFiles } from "#base/dataFiles.ts";
import type { Random } from "#base/random.ts";
import type { StreamServer, Transport } from "#base/transport.ts";

/** A file as a directory lists it. */
export interface StoredFile {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
}

/** Files as the worker uses them: certificates and traces. */
export interface HostFiles {
  /** All of a small file. */
  read(file: string): Promise<Uint8Array>;
  /** In bytes. */
  size(file: string): Promise<number>;
  /**
   * The bytes in order, those before `fromByte` left out, as many at a time as fit into a turn; a piece is only good
   * until the next is asked for.
   */
  pieces(file: string, fromByte?: number): AsyncIterable<Uint8Array>;
  write(file: string, chunks: Iterable<string>): Promise<number>;
  /** Makes a file, and its directory where that is not there. Rejects when the file is there already. */
  create(file: string, text: string): Promise<void>;
  /** Appends to a file that is there; false, and nothing written, when somebody removed it. */
  append(file: string, text: string): Promise<boolean>;
  remove(file: string): Promise<void>;
  /** The files of a directory; none when it is not there. */
  list(directory: string): Promise<readonly StoredFile[]>;
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

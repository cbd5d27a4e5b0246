import type { Disposable } from "./lifecycle.ts";

/** A directory cannot be used as it is; the message says why, and what to do. */
export class DataFilesError extends Error {
  override readonly name = "DataFilesError";

  static is(error: unknown): error is DataFilesError {
    return error instanceof DataFilesError;
  }
}

/**
 * The files of one directory, paths relative to it with `/`. Everything is done when the call returns: what was
 * appended survives the end of the process, if not that of the machine. Failures throw.
 */
export interface DataFiles {
  /** For people: where it is. */
  readonly directory: string;
  /** Keeps other processes out until disposed; throws when one is in already. */
  lock(): Disposable;
  /** Undefined when there is no such file. */
  read(file: string): Uint8Array | undefined;
  /** Names of what is in a folder; none when it is not there. */
  list(folder: string): readonly string[];
  /** Makes the file and its folders when they are not there. */
  append(file: string, bytes: Uint8Array): void;
  /** Cuts a file off after so many bytes. */
  truncate(file: string, length: number): void;
  /** Puts a file in place of what was there, as a whole or not at all, whatever ends: this survives the machine as well. */
  replace(file: string, parts: Iterable<Uint8Array>): void;
  /** A file, or a folder with everything in it; nothing when it is not there. */
  remove(path: string): void;
  /** Takes the place of what was there. */
  rename(from: string, to: string): void;
}

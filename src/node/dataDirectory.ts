import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import type { DataFiles } from "#base/dataFiles.ts";
import { type Disposable, toDisposable } from "#base/lifecycle.ts";
import { lockDirectory } from "./directoryLock.ts";

/** Open files cost descriptors, and opening costs time: those used last stay open. */
const mostOpenFiles = 64;

/** A directory of the disk. */
export function dataDirectory(directory: string): DataFiles {
  return new DiskFiles(path.resolve(directory));
}

class DiskFiles implements DataFiles {
  readonly directory: string;
  /** Descriptors of files that are appended to; those used last come last. */
  readonly #open = new Map<string, number>();

  constructor(directory: string) {
    this.directory = directory;
  }

  lock(): Disposable {
    makeFolder(this.directory);
    const lock = lockDirectory(this.directory, this.#path("lock"));
    return toDisposable(() => {
      this.#closeAll(() => true);
      lock.dispose();
    });
  }

  read(file: string): Uint8Array | undefined {
    const found = this.#path(file);
    return existsSync(found) ? readFileSync(found) : undefined;
  }

  list(folder: string): readonly string[] {
    const found = this.#path(folder);
    return existsSync(found) ? readdirSync(found).toSorted() : [];
  }

  append(file: string, bytes: Uint8Array): void {
    this.#named(file, () => writeAll(this.#descriptor(file), bytes));
  }

  truncate(file: string, length: number): void {
    truncateSync(this.#path(file), length);
  }

  replace(file: string, parts: Iterable<Uint8Array>): void {
    const target = this.#path(file);
    const unfinished = `${target}.new`;
    this.#closeAll((each) => each === file);
    makeFolder(path.dirname(target));
    rmSync(unfinished, { force: true });
    this.#named(`${file}.new`, () => {
      const descriptor = openSync(unfinished, "wx");
      try {
        for (const part of parts) writeAll(descriptor, part);
        // A machine that ends may have renamed a file before it has what the file holds.
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    });
    renameSync(unfinished, target);
    syncFolder(path.dirname(target));
  }

  remove(name: string): void {
    this.#closeAll((each) => each === name || each.startsWith(`${name}/`));
    rmSync(this.#path(name), { recursive: true, force: true });
  }

  rename(from: string, to: string): void {
    this.#closeAll((each) => each === from || each.startsWith(`${from}/`));
    this.remove(to);
    renameSync(this.#path(from), this.#path(to));
  }

  /** What fails on an open file does not say on which. */
  #named(file: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const found = this.#path(file);
      throw why.includes(found) ? error : new Error(`${why} '${found}'`, { cause: error });
    }
  }

  #path(file: string): string {
    return path.join(this.directory, ...file.split("/"));
  }

  #descriptor(file: string): number {
    let descriptor = this.#open.get(file);
    if (descriptor === undefined) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined && this.#open.size >= mostOpenFiles) this.#closeAll((each) => each === oldest);
      const target = this.#path(file);
      makeFolder(path.dirname(target));
      descriptor = openSync(target, "a");
    }
    this.#open.delete(file);
    this.#open.set(file, descriptor);
    return descriptor;
  }

  #closeAll(which: (file: string) => boolean): void {
    for (const [file, descriptor] of this.#open) {
      if (!which(file)) continue;
      this.#open.delete(file);
      closeSync(descriptor);
    }
  }
}

/**
 * Makes a folder and those it is in. Node's own way tries for ever where the system answers that there is no such folder
 * although the one above is there, as /proc does.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const above = path.dirname(folder);
  if (above !== folder) makeFolder(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else was quicker.
    if (!existsSync(folder)) throw error;
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

/** Makes a rename last; Windows opens no folders, and needs none of it. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

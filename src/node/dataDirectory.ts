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
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { type DataFiles, DataFilesError } from "#base/dataFiles.ts";
import { type Disposable, toDisposable } from "#base/lifecycle.ts";

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
    mkdirSync(this.directory, { recursive: true });
    const file = this.#path("lock");
    const holder = holderOf(file);
    if (holder !== undefined) {
      throw new DataFilesError(
        `${this.directory} is in use by process ${holder}. Stop that one first, or delete ${file} if it has nothing to do with it.`,
      );
    }
    rmSync(file, { force: true });
    // Of two that come at once, one fails here.
    writeFileSync(file, `${process.pid}\n`, { flag: "wx" });
    return toDisposable(() => {
      this.#closeAll(() => true);
      rmSync(file, { force: true });
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
    writeAll(this.#descriptor(file), bytes);
  }

  truncate(file: string, length: number): void {
    truncateSync(this.#path(file), length);
  }

  replace(file: string, parts: Iterable<Uint8Array>): void {
    const target = this.#path(file);
    const unfinished = `${target}.new`;
    this.#closeAll((each) => each === file);
    mkdirSync(path.dirname(target), { recursive: true });
    rmSync(unfinished, { force: true });
    const descriptor = openSync(unfinished, "wx");
    try {
      for (const part of parts) writeAll(descriptor, part);
      // A machine that ends may have renamed a file before it has what the file holds.
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
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

  #path(file: string): string {
    return path.join(this.directory, ...file.split("/"));
  }

  #descriptor(file: string): number {
    let descriptor = this.#open.get(file);
    if (descriptor === undefined) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined && this.#open.size >= mostOpenFiles) this.#closeAll((each) => each === oldest);
      const target = this.#path(file);
      mkdirSync(path.dirname(target), { recursive: true });
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

/** Another process that lives and holds the lock; what this one left behind, in a thread that died, counts for nothing. */
function holderOf(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const holder = Number.parseInt(readFileSync(file, "utf8"), 10);
  if (!(holder > 0) || holder === process.pid) return undefined;
  try {
    process.kill(holder, 0);
    return holder;
  } catch (error) {
    // A process of another user may not be signalled, but it lives.
    return error instanceof Error && "code" in error && error.code === "EPERM" ? holder : undefined;
  }
}

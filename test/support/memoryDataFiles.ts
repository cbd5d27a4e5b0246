import type { DataFiles } from "#base/dataFiles.ts";
import { type Disposable, toDisposable } from "#base/lifecycle.ts";

/** One thing that was done to the files. */
type Write =
  | { readonly type: "append"; readonly file: string; readonly bytes: Uint8Array }
  | { readonly type: "truncate"; readonly file: string; readonly length: number }
  | { readonly type: "replace"; readonly file: string; readonly bytes: Uint8Array }
  | { readonly type: "remove"; readonly path: string }
  | { readonly type: "rename"; readonly from: string; readonly to: string };

/**
 * Files in memory that remember every byte in the order it was written: the end of the process can be put between any
 * two of them.
 */
export class MemoryDataFiles implements DataFiles {
  readonly directory = "memory";
  readonly contents = new Map<string, Uint8Array>();
  readonly #writes: Write[] = [];
  isLocked = false;
  /** Set to let every write fail, as on a full disk. */
  failure: Error | undefined;

  /** How many bytes were appended so far: where an end can be put. */
  get appendedBytes(): number {
    return this.#writes.reduce((total, write) => total + sizeOf(write), 0);
  }

  /** The files as a process leaves them that ends after so many appended bytes. */
  cutAfter(bytes: number): MemoryDataFiles {
    const cut = new MemoryDataFiles();
    let left = bytes;
    for (const write of this.#writes) {
      const size = sizeOf(write);
      if (write.type === "append" && size > left) {
        if (left > 0) cut.#apply({ ...write, bytes: write.bytes.slice(0, left) });
        break;
      }
      if (size > left) break;
      left -= size;
      cut.#apply(write);
    }
    return cut;
  }

  lock(): Disposable {
    if (this.isLocked) throw new Error("memory is in use");
    this.isLocked = true;
    return toDisposable(() => {
      this.isLocked = false;
    });
  }

  read(file: string): Uint8Array | undefined {
    return this.contents.get(file)?.slice();
  }

  list(folder: string): readonly string[] {
    const names = Array.from(this.contents.keys())
      .filter((file) => file.startsWith(`${folder}/`))
      .map((file) => file.slice(folder.length + 1).split("/")[0] ?? "");
    return Array.from(new Set(names)).toSorted();
  }

  append(file: string, bytes: Uint8Array): void {
    this.#write({ type: "append", file, bytes: bytes.slice() });
  }

  truncate(file: string, length: number): void {
    this.#write({ type: "truncate", file, length });
  }

  replace(file: string, parts: Iterable<Uint8Array>): void {
    this.#write({ type: "replace", file, bytes: Buffer.concat(Array.from(parts)) });
  }

  remove(path: string): void {
    this.#write({ type: "remove", path });
  }

  rename(from: string, to: string): void {
    this.#write({ type: "rename", from, to });
  }

  #write(write: Write): void {
    if (this.failure) throw this.failure;
    this.#writes.push(write);
    this.#apply(write);
  }

  #apply(write: Write): void {
    const { contents } = this;
    switch (write.type) {
      case "append":
        contents.set(write.file, Buffer.concat([contents.get(write.file) ?? Buffer.alloc(0), write.bytes]));
        break;
      case "truncate":
        contents.set(write.file, (contents.get(write.file) ?? Buffer.alloc(0)).slice(0, write.length));
        break;
      case "replace":
        contents.set(write.file, write.bytes);
        break;
      case "remove":
        for (const file of this.#within(write.path)) contents.delete(file);
        break;
      case "rename":
        for (const file of this.#within(write.from)) {
          contents.set(write.to + file.slice(write.from.length), contents.get(file) ?? Buffer.alloc(0));
          contents.delete(file);
        }
        break;
    }
  }

  #within(path: string): readonly string[] {
    return Array.from(this.contents.keys()).filter((file) => file === path || file.startsWith(`${path}/`));
  }
}

/** A replacement counts as one byte: it is there, or it is not. */
function sizeOf(write: Write): number {
  if (write.type === "append") return write.bytes.length;
  return write.type === "replace" ? 1 : 0;
}

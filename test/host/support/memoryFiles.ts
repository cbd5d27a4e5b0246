import type { Clock } from "#base/clock.ts";
import type { HostFiles } from "#host/hostDeps.ts";

const pieceBytes = 65_536;

/** Files in memory, by path. */
export function memoryFiles(
  clock: Pick<Clock, "now"> = { now: () => 0 },
): HostFiles & { readonly contents: Map<string, string> } {
  const contents = new Map<string, string>();
  const modifiedAt = new Map<string, number>();
  const bytesOf = (file: string): Uint8Array => {
    const text = contents.get(file);
    if (text === undefined) throw new Error(`ENOENT: no such file, open '${file}'`);
    return new TextEncoder().encode(text);
  };
  const put = (file: string, text: string) => {
    contents.set(file, text);
    modifiedAt.set(file, clock.now());
  };
  return {
    contents,
    read: async (file) => bytesOf(file),
    size: async (file) => bytesOf(file).length,
    async *pieces(file, fromByte = 0) {
      const bytes = bytesOf(file);
      for (let at = fromByte; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
    },
    write: async (file, chunks) => {
      const text = Array.from(chunks).join("");
      put(file, text);
      return text.length;
    },
    create: async (file, text) => {
      if (contents.has(file)) throw new Error(`EEXIST: file already exists, open '${file}'`);
      put(file, text);
    },
    append: async (file, text) => {
      const before = contents.get(file);
      if (before === undefined) return false;
      put(file, before + text);
      return true;
    },
    remove: async (file) => {
      contents.delete(file);
    },
    list: async (directory) =>
      [...contents]
        .filter(([file]) => file.slice(0, file.lastIndexOf("/")) === directory)
        .map(([file, text]) => ({
          name: file.slice(file.lastIndexOf("/") + 1),
          bytes: text.length,
          modifiedAt: modifiedAt.get(file) ?? 0,
        })),
  };
}

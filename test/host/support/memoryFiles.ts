import type { HostFiles } from "#host/hostDeps.ts";

/** Files in memory, by path. */
export function memoryFiles(): HostFiles & { readonly contents: Map<string, string> } {
  const contents = new Map<string, string>();
  return {
    contents,
    read: (file) => {
      const text = contents.get(file);
      return text === undefined
        ? Promise.reject(new Error(`ENOENT: no such file, open '${file}'`))
        : Promise.resolve(new TextEncoder().encode(text));
    },
    write: (file, chunks) => {
      const text = Array.from(chunks).join("");
      contents.set(file, text);
      return Promise.resolve(text.length);
    },
    append: (file, text) => {
      contents.set(file, (contents.get(file) ?? "") + text);
      return Promise.resolve();
    },
    remove: (file) => {
      contents.delete(file);
      return Promise.resolve();
    },
  };
}

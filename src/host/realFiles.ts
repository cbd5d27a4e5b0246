import { constants, createWriteStream } from "node:fs";
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { HostFiles, StoredFile } from "./hostDeps.ts";

const pieceBytes = 65_536;

/** Files of the disk. */
export const realFiles: HostFiles = {
  read: (file) => readFile(file),
  size: async (file) => (await stat(file)).size,
  async *pieces(file, fromByte = 0) {
    const handle = await open(file, "r");
    try {
      const buffer = new Uint8Array(pieceBytes);
      for (let at = fromByte; ; ) {
        const { bytesRead } = await handle.read(buffer, 0, pieceBytes, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  },
  write: async (file, chunks) => {
    const stream = createWriteStream(file);
    await pipeline(Readable.from(chunks), stream);
    return stream.bytesWritten;
  },
  create: async (file, text) => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: "wx" });
  },
  append: async (file, text) => {
    const handle = await unlessGone(open(file, constants.O_WRONLY | constants.O_APPEND));
    if (!handle) return false;
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    return true;
  },
  remove: (file) => rm(file, { force: true }),
  list: async (directory) => {
    const names = (await unlessGone(readdir(directory))) ?? [];
    const listed: StoredFile[] = [];
    for (const name of names) {
      const found = await unlessGone(stat(join(directory, name)));
      if (found?.isFile()) listed.push({ name, bytes: found.size, modifiedAt: found.mtimeMs });
    }
    return listed;
  },
};

/** Undefined when there is no such file, or no longer. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { DataFilesError } from "#base/dataFiles.ts";
import { type Disposable, toDisposable } from "#base/lifecycle.ts";

/** A holder shows so often that it lives, in milliseconds; one that was not seen for so long is gone. */
const beatMs = 1_000;
const goneMs = 5_000;
/** How far apart two readings of when a process began may be. */
const sameStartMs = 500;

interface Holder {
  readonly pid: number;
  /** Undefined where only a number was written. */
  readonly host: string | undefined;
  readonly startedAt: number;
  readonly seenAt: number;
}

/**
 * Keeps other processes out of a directory with a file that names this one. In containers every process can be number 1,
 * and on one volume none of them sees the other, so the file's time says that its writer lives. Throws DataFilesError while
 * somebody else holds it.
 */
export function lockDirectory(directory: string, file: string): Disposable {
  const content = `${process.pid}\n${hostname()}\n${Math.round(startedAt())}\n`;
  // Of two that come at once, one fails to create it; of two that find what is left of a third, one fails to move it.
  for (let attempt = 0; !isCreated(file, content); attempt++) {
    const found = readIfThere(file);
    if (found === undefined) continue;
    const holder = holderIn(found);
    if (attempt > 10 || isHeld(holder)) throw inUse(directory, file, holder);
    moveAside(directory, file, found.text);
  }
  const beat = setInterval(() => touch(file), beatMs);
  beat.unref();
  return toDisposable(() => {
    clearInterval(beat);
    rmSync(file, { force: true });
  });
}

function isCreated(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: "wx" });
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

function readIfThere(file: string): { readonly text: string; readonly seenAt: number } | undefined {
  try {
    return { text: readFileSync(file, "utf8"), seenAt: statSync(file).mtimeMs };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Undefined for what is no lock of ours. */
function holderIn({ text, seenAt }: { readonly text: string; readonly seenAt: number }): Holder | undefined {
  const match = /^(\d*)\n?(?:(.+)\n(\d+)\n)?$/.exec(text);
  if (match === null) return undefined;
  const [, pid, host, start] = match;
  return { pid: Number(pid), host, startedAt: Number(start), seenAt };
}

function isHeld(holder: Holder | undefined): boolean {
  if (holder === undefined) return true;
  const { pid, host, seenAt } = holder;
  const isFresh = Date.now() - seenAt < goneMs;
  // Its writer has just created it, or a disk lost what it wrote.
  if (pid === 0) return host === undefined && holder.seenAt > Date.now() - beatMs;
  if (host !== undefined && host !== hostname()) return isFresh;
  if (pid !== process.pid) return lives(pid);
  // What this process left behind, in a thread that died, counts for nothing.
  return host !== undefined && Math.abs(holder.startedAt - startedAt()) > sameStartMs && isFresh;
}

function inUse(directory: string, file: string, holder: Holder | undefined): DataFilesError {
  if (holder === undefined) {
    return new DataFilesError(
      `${directory} holds a file lock that Groupscope did not write. It is left as it is: choose another directory.`,
    );
  }
  const where = holder.host === undefined || holder.host === hostname() ? "" : ` on ${holder.host}`;
  return new DataFilesError(
    `${directory} is in use by process ${holder.pid}${where}. Stop that one first; if it was killed just now, try again in ${goneMs / 1_000} seconds, or delete ${file}.`,
  );
}

/** Somebody may have taken the place of what was found: that one gets its file back. */
function moveAside(directory: string, file: string, text: string): void {
  const aside = `${file}.${process.pid}-${Math.round(performance.now() * 1_000)}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  const moved = readIfThere(aside);
  if (moved !== undefined && moved.text !== text) {
    renameSync(aside, file);
    throw inUse(directory, file, holderIn(moved));
  }
  rmSync(aside, { force: true });
}

function touch(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // It was deleted, as whoever is kept out is told to do; nobody is kept out then.
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be signalled, but it lives.
    return hasCode(error, "EPERM");
  }
}

/** Of the process, whichever of its threads asks. */
function startedAt(): number {
  return Date.now() - process.uptime() * 1_000;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

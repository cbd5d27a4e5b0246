import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** Where downloads are kept between runs and checkouts: outside of the repository. */
function cacheFolder(): string {
  const cacheHome = process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache");
  return process.env["GROUPSCOPE_CACHE"] || path.join(cacheHome, "groupscope");
}

/**
 * The folder `name` of the cache, filled once by `fill`. It appears whole or not at all: an interrupted `fill`
 * leaves nothing that looks finished, and of two processes that fill at once the first one wins.
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = path.join(cacheFolder(), name);
  const stamp = path.join(folder, ".complete");
  if (existsSync(stamp)) return folder;

  mkdirSync(cacheFolder(), { recursive: true });
  removeAbandonedDrafts(name);
  const draft = mkdtempSync(`${folder}.`);
  try {
    await fill(draft);
    writeFileSync(path.join(draft, ".complete"), "");
    if (!existsSync(stamp)) rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  } catch (failure) {
    if (!existsSync(stamp)) throw failure;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

/** What a process that was killed while it filled has left, told from one that is still at work by its age. */
function removeAbandonedDrafts(name: string): void {
  const anHourAgo = Date.now() - 3_600_000;
  for (const entry of readdirSync(cacheFolder()).filter((each) => each.startsWith(`${name}.`))) {
    const draft = path.join(cacheFolder(), entry);
    if (statSync(draft).mtimeMs < anHourAgo) rmSync(draft, { recursive: true, force: true });
  }
}

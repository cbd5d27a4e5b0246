import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the fingerprint of what the generator made last is kept. */
export const fingerprintPath = join(import.meta.dirname, "generated.sha256");

/** One hash over the paths and texts of all generated files. */
export function fingerprintOf(files: ReadonlyMap<string, string>): string {
  const hash = createHash("sha256");
  for (const [path, text] of [...files].sort(([one], [other]) => (one < other ? -1 : 1))) {
    hash.update(`${path}\0${text}\0`);
  }
  return hash.digest("hex");
}

/** The fingerprint that was committed with the generated files. */
export function committedFingerprint(): string {
  return readFileSync(fingerprintPath, "utf8").trim();
}

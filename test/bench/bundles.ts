import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { runOrThrow } from "#test/support/runProgram.ts";
import { repository } from "#test/support/vscodeHost.ts";
import { table } from "./table.ts";

/** Builds as for shipping, and prints how large each bundle is. The build stays in `dist`. */
export async function benchBundles(): Promise<void> {
  await runOrThrow(process.execPath, ["esbuild.js", "--production"], { cwd: repository });
  const files = globSync("dist/**/*.{cjs,js,css}", { cwd: repository }).sort();
  const kilobytes = (bytes: number) => (bytes / 1_000).toFixed(1);
  const rows = files.map((file) => {
    const bytes = readFileSync(path.join(repository, file));
    return [file, kilobytes(bytes.length), kilobytes(gzipSync(bytes).length)];
  });
  console.log(table(["bundle", "kB", "gzipped kB"], rows));
}

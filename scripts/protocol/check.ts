// Proves that the generated files of src/protocol are what the generator makes, and that the protocol stays small.
// Without Maven and a JDK the files are compared with the fingerprint that the generator left with them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { committedFingerprint, fingerprintOf } from "./fingerprint.ts";
import { missingTools } from "./kafkaClients.ts";
import { produce } from "./produce.ts";

const source = join(import.meta.dirname, "../../src/protocol");
const maxMinifiedBytes = 100_000;
const generatedAlone = ["apiRegistry.ts", "errorTable.ts"];
const handWritten = new Set(["data/dataSchema.ts"]);

const problems = [...fileProblems(), ...(await sizeProblems())];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

function fileProblems(): readonly string[] {
  const committed = committedFiles();
  const hint = "run npm run protocol:generate, and commit what it makes";
  if (fingerprintOf(committed) !== committedFingerprint()) {
    return [`protocol: generated files were changed by hand, or not all were committed; ${hint}`];
  }
  const missing = missingTools();
  if (missing.length > 0) {
    console.log(
      `protocol: ${committed.size} files have their fingerprint (not made again: no ${missing.join(", ")})`,
    );
    return [];
  }
  const made = produce();
  const paths = new Set([...committed.keys(), ...made.keys()]);
  const different = [...paths].filter((path) => committed.get(path) !== made.get(path));
  if (different.length === 0) console.log(`protocol: ${made.size} files equal what the generator makes`);
  return different.map((path) => `protocol: ${path} is not what the generator makes; ${hint}`);
}

function committedFiles(): ReadonlyMap<string, string> {
  const below = ["apis", "data"].flatMap((folder) =>
    readdirSync(join(source, folder)).map((name) => `${folder}/${name}`),
  );
  const paths = [...below, ...generatedAlone].filter((path) => !handWritten.has(path));
  return new Map(
    paths
      .filter((path) => existsSync(join(source, path)))
      .map((path) => [path, readFileSync(join(source, path), "utf8")]),
  );
}

/** Every API in both directions, with the codec, as a bundle carries it. */
async function sizeProblems(): Promise<readonly string[]> {
  const { outputFiles } = await build({
    stdin: {
      contents:
        'export * from "./apiRegistry.ts"; export * from "./message.ts"; export * from "./errorCodes.ts";',
      resolveDir: source,
      loader: "ts",
    },
    bundle: true,
    minify: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node22",
  });
  const bytes = outputFiles[0]?.contents ?? new Uint8Array(0);
  const size = `${(bytes.byteLength / 1000).toFixed(1)} kB minified, ${(gzipSync(bytes).byteLength / 1000).toFixed(1)} kB gzipped`;
  console.log(`protocol: ${size}, of ${maxMinifiedBytes / 1000} kB allowed`);
  return bytes.byteLength > maxMinifiedBytes ? [`protocol: ${size} is more than is allowed`] : [];
}

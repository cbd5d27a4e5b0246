import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { spawnGuarded } from "./guardedProcess.ts";

const soon = { timeout: 5_000, interval: 20 };

test("the exit code of the program is told", async () => {
  const { ended } = spawnGuarded("sh", ["-c", "exit 7"]);

  await expect(ended).resolves.toEqual({ code: 7, signal: null });
});

test("what a program leaves running ends with it", async () => {
  const { child, ended } = spawnGuarded("sh", ["-c", "sleep 60 >/dev/null 2>&1 & echo $!"]);
  let printed = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });

  await ended;

  await vi.waitFor(() => expect(isAlive(Number(printed))).toBe(false), soon);
});

test("a program that ignores the polite signal is ended by force", async () => {
  const { child, stop } = spawnGuarded("sh", [
    "-c",
    "trap '' TERM; echo ready; while :; do sleep 0.05; done",
  ]);
  if (child.stdout) await once(child.stdout, "data");

  const end = await stop(50);

  expect(end).toEqual({ code: null, signal: "SIGKILL" });
});

test("neither program nor folder outlives an owner that is killed", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "groupscope-orphaned-"));
  const pidFile = path.join(mkdtempSync(path.join(tmpdir(), "groupscope-pid-")), "pid");
  const owner = path.join(path.dirname(pidFile), "owner.ts");
  writeFileSync(
    owner,
    `import { writeFileSync } from "node:fs";
     import { spawnGuarded } from ${JSON.stringify(path.join(import.meta.dirname, "guardedProcess.ts"))};
     const { child } = spawnGuarded("sleep", ["60"], { orphanedFolder: ${JSON.stringify(folder)} });
     writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
     setInterval(() => {}, 1000);`,
  );
  const owned = spawn(process.execPath, [owner]);
  await vi.waitFor(() => expect(existsSync(pidFile) && readFileSync(pidFile, "utf8")).toMatch(/\d/), soon);
  const pid = Number(readFileSync(pidFile, "utf8"));
  expect(isAlive(pid)).toBe(true);

  owned.kill("SIGKILL");

  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), soon);
  await vi.waitFor(() => expect(existsSync(folder)).toBe(false), soon);
  rmSync(path.dirname(pidFile), { recursive: true });
});

/** A zombie that nobody has reaped yet is not alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, "utf8"));
}

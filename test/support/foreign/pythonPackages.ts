import { spawnSync } from "node:child_process";
import { cached } from "../cache.ts";
import { runOrThrow } from "../runProgram.ts";

/** A folder with a Python package in it, for PYTHONPATH; pip fetches it on the first use. */
export function pythonPackage(name: string, version: string): Promise<string> {
  return cached(`python-${name}-${version}`, async (folder) => {
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", folder];
    await runOrThrow("python3", [...install, `${name}==${version}`], { timeoutMs: 600_000 });
  });
}

/** The newest librdkafka's Python client, with every codec in it. */
export function confluentKafka(): Promise<string> {
  return pythonPackage("confluent-kafka", "2.16.1");
}

/** Whether there is a Python that can install packages. */
export function hasPython(): boolean {
  return spawnSync("python3", ["-m", "pip", "--version"], { stdio: "ignore" }).status === 0;
}

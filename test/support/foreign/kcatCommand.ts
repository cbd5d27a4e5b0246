import { spawnSync } from "node:child_process";

/** The name under which this machine has kcat: Debian called it kafkacat for long. */
export function kcatCommand(): string {
  return findKcat() ?? "kcat";
}

/** Whether there is a kcat. */
export function hasKcat(): boolean {
  return findKcat() !== undefined;
}

function findKcat(): string | undefined {
  return ["kcat", "kafkacat"].find((name) => spawnSync(name, ["-V"], { stdio: "ignore" }).status === 0);
}

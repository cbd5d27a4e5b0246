import { spawnSync } from "node:child_process";
import { chromiumPath } from "#test/support/browser.ts";
import { hasKcat } from "#test/support/foreign/kcatCommand.ts";
import { hasPython } from "#test/support/foreign/pythonPackages.ts";

/** A program that some tests need and npm does not bring. */
export type Tool = "jdk" | "maven" | "openssl" | "python" | "kcat" | "chromium";

interface Need {
  readonly isThere: () => boolean;
  /** Package names by installer. */
  readonly apt: string;
  readonly brew: string;
}

const needs: Readonly<Record<Tool, Need>> = {
  jdk: { isThere: () => runs("javac", "-version"), apt: "default-jdk-headless", brew: "openjdk" },
  maven: { isThere: () => runs("mvn", "--version"), apt: "maven", brew: "maven" },
  openssl: { isThere: () => runs("openssl", "version"), apt: "openssl", brew: "openssl" },
  python: { isThere: hasPython, apt: "python3-pip", brew: "python" },
  kcat: { isThere: hasKcat, apt: "kcat", brew: "kcat" },
  chromium: { isThere: () => chromiumPath() !== undefined, apt: "chromium", brew: "chromium" },
};

/** The tools that are not there. */
export function missingTools(): readonly Tool[] {
  return (Object.keys(needs) as Tool[]).filter((tool) => !needs[tool].isThere());
}

/** The line that installs tools on a machine like this one. */
export function installLine(tools: readonly Tool[]): string {
  if (process.platform === "darwin") return `brew install ${tools.map((tool) => needs[tool].brew).join(" ")}`;
  const install = `apt-get install -y --no-install-recommends ${tools.map((tool) => needs[tool].apt).join(" ")}`;
  return isRoot() ? `apt-get update && ${install}` : `sudo apt-get update && sudo ${install}`;
}

/** Installs tools where we may (as root, with apt-get); what is missing afterwards has to be installed by hand. */
export function installTools(tools: readonly Tool[]): void {
  if (!isRoot() || !runs("apt-get", "--version")) return;
  const line = installLine(tools);
  console.log(`Installing what the tests need:  ${line}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("/bin/sh", ["-c", line], { stdio: ["ignore", "inherit", "inherit"], env });
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function runs(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const oldestVersion = [1, 101] as const;

/**
 * The `code` command of a desktop VS Code that can show our extension, or why there is none. VS Code refuses to run
 * as root, and without a display it has nowhere to open a window.
 */
export function findDesktopVscode(): { readonly command: string } | { readonly missing: string } {
  if (process.getuid?.() === 0) return { missing: "desktop VS Code does not run as root" };
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === "linux" && !DISPLAY && !WAYLAND_DISPLAY) return { missing: "there is no display" };

  const command = findOnPath("code");
  if (command === undefined) return { missing: "`code` is not on the PATH" };
  const told = runCode(command, ["--version"], "pipe");
  if (told.error) return { missing: `\`code\` does not start (${told.error.message})` };
  const [version = ""] = told.stdout.split("\n");
  if (!isNewEnough(version)) {
    return { missing: `the desktop VS Code is ${version || "of an unknown version"}, older than 1.101` };
  }
  return { command };
}

/** Opens a window of the desktop VS Code on `folder`, with the extension of this repository loaded from it. */
export function openDesktopVscode(command: string, extension: string, folder: string): boolean {
  const args = ["--new-window", `--extensionDevelopmentPath=${extension}`, folder];
  return runCode(command, args, "inherit").status === 0;
}

/** On Windows `code` is a batch file, which only a shell starts; and its usual folder has a space in its name. */
function runCode(command: string, args: readonly string[], stdio: "pipe" | "inherit") {
  const [program = command, ...rest] = isWindows
    ? [command, ...args].map((text) => `"${text}"`)
    : [command, ...args];
  return spawnSync(program, rest, { encoding: "utf8", stdio, shell: isWindows });
}

const isWindows = process.platform === "win32";

function findOnPath(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const files = folders.map((folder) => path.join(folder, isWindows ? `${name}.cmd` : name));
  return files.find((file) => existsSync(file));
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldestVersion[0] || (major === oldestVersion[0] && minor >= oldestVersion[1]);
}

import { type SpawnOptions, spawnGuarded } from "./guardedProcess.ts";

/** What a program that ran to its end left behind. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface RunOptions extends Pick<SpawnOptions, "cwd" | "env"> {
  /** Fed to the program, whose stdin is then closed. */
  readonly stdin?: string | Uint8Array | undefined;
  /** After this the program is killed and the call rejects. */
  readonly timeoutMs?: number | undefined;
}

/** Runs a program to its end, whatever the exit code; rejects only when it took too long. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProgramResult> {
  const { stdin, timeoutMs = 120_000, ...spawnOptions } = options;
  const { child, ended, signal } = spawnGuarded(command, args, spawnOptions);

  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  child.stdin?.end(stdin);

  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    signal("SIGKILL");
  }, timeoutMs);
  const { code } = await ended;
  clearTimeout(timer);

  if (timedOut) {
    throw new Error(`${command} took longer than ${timeoutMs} ms\n${output.stdout}\n${output.stderr}`);
  }
  return { exitCode: code ?? -1, ...output };
}

/** Like runProgram, for programs whose failure is ours: rejects with what they printed. */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await runProgram(command, args, options);
  if (exitCode !== 0) {
    throw new Error(`${command} ${args.join(" ")} ended with ${exitCode}\n${stdout}\n${stderr}`);
  }
  return stdout;
}

#!/usr/bin/env node
import { readArguments } from "./readArguments.ts";
import { runPlayground } from "./runPlayground.ts";
import { usage } from "./usage.ts";

/** esbuild puts the package's version here; npm does when the sources are run as they are. */
const version = process.env["npm_package_version"] ?? "of the sources";

// Whoever started us may have stopped reading; that is no reason to stop serving.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

/** How long what was printed may take to be read. */
const lastWordsMs = 500;

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // Asked again, it does not insist on doing so in order.
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort();
  });
}

async function main(): Promise<number> {
  const command = readArguments(process.argv.slice(2));
  if (!command.ok) {
    console.error(`groupscope: ${command.error}`);
    return 2;
  }
  switch (command.value.type) {
    case "help":
      console.log(usage);
      return 0;
    case "version":
      console.log(`groupscope ${version}`);
      return 0;
    case "playground":
      return runPlayground(command.value, {
        out: (text) => console.log(text),
        complain: (text) => console.error(`groupscope: ${text}`),
        stopped: stopping.signal,
        // Not everywhere there is such a signal; SIGUSR1 is the debugger's.
        onAsked: (answer) => process.on("SIGUSR2", answer),
      });
  }
}

void main().then(
  (exitCode) => {
    process.exitCode = exitCode;
    // What somebody left open must not keep it from ending.
    setTimeout(() => process.exit(), lastWordsMs).unref();
  },
  (error: unknown) => {
    console.error("groupscope: this is a defect of Groupscope.", error);
    process.exit(70);
  },
);

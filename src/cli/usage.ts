import { kafkaReleases } from "#playground/versions/kafkaReleases.ts";
import { type OptionEntry, optionTable } from "./optionTable.ts";

const columnWidth = 26;

function optionLines([name, { value, help }]: readonly [string, OptionEntry]): string {
  const left = `  --${name}${value === undefined ? "" : ` ${value}`}`;
  const text = help.replace("RELEASES", kafkaReleases.join(", "));
  return left.length < columnWidth
    ? `${left.padEnd(columnWidth)}${text}`
    : `${left}\n${" ".repeat(columnWidth)}${text}`;
}

/** What `--help` shows. */
export const usage = `groupscope playground [options]

An embedded Kafka broker for tests and for trying things out: no Java, no Docker. It prints its addresses when it is
ready and goes on until it gets SIGINT or SIGTERM. SIGUSR2 asks how often each fault struck.

${Object.entries(optionTable).map(optionLines).join("\n")}

Examples:
  groupscope playground --topic orders:6 --produce orders:20
  groupscope playground --port 0 --nodes 3 --topic orders:6:3 --faults rules.json --seed 7 --json

Exit code: 0 when it was stopped, 1 when it could not start, 2 when the command line is wrong.
`;

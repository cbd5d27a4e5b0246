// kcat on the command line: says what happens, one JSON object a line, as ForeignConsumerEvent.
//
//   node kcatClient.ts consume servers group topic
//   node kcatClient.ts produce servers topic codec count
//
// kcat commits by itself; `quit` on stdin lets it commit, leave the group and end.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { obeyCommandLine, onQuit, recordsOf, say } from "./commandLine.ts";
import { kcatCommand } from "./kcatCommand.ts";

interface KcatRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly ts: number;
  readonly headers?: readonly string[];
  readonly key: string | null;
  readonly payload: string | null;
}

async function consume(servers = "", group = "", topic = ""): Promise<void> {
  const quick = ["session.timeout.ms=6000", "heartbeat.interval.ms=300", "auto.commit.interval.ms=200"];
  const isolated = [...quick, "auto.offset.reset=earliest", "isolation.level=read_committed"];
  const properties = isolated.flatMap((each) => ["-X", each]);
  const kcat = spawn(kcatCommand(), ["-b", servers, "-J", "-u", ...properties, "-G", group, topic], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onQuit(async () => {
    const closed = ended(kcat);
    kcat.kill("SIGINT");
    await closed;
  });
  linesOf(kcat.stdout, (line) => {
    const { partition, offset, ts, headers = [], key, payload } = JSON.parse(line) as KcatRecord;
    const pairs: [string, string | null][] = [];
    for (let at = 0; at < headers.length; at += 2) pairs.push([headers[at] ?? "", headers[at + 1] ?? null]);
    const where = { topic, partition, offset: String(offset), timestamp: String(ts) };
    say({ type: "record", ...where, key, value: payload, headers: pairs });
  });
  linesOf(kcat.stderr, (line) => {
    const rebalanced = /rebalanced .*?: (assigned|revoked): (.*)/.exec(line);
    if (rebalanced === null) {
      process.stderr.write(`${line}\n`);
      return;
    }
    const partitions = Array.from((rebalanced[2] ?? "").matchAll(/(\S+) \[(\d+)\]/g), ([, name, partition]) =>
      [name, partition].join("-"),
    );
    const isAssigned = rebalanced[1] === "assigned";
    say({ type: isAssigned ? "assigned" : "revoked", partitions, assignment: isAssigned ? partitions : [] });
  });
  say({ type: "started" });
  await ended(kcat);
}

/** Headers are the same for all records of one run of kcat: it writes none. */
async function produce(servers = "", topic = "", codec = "none", count = "0"): Promise<void> {
  const lines = recordsOf(codec, Number(count)).map(({ key, value }) => `${key}:${value}\n`);
  const arguments_ = ["-b", servers, "-P", "-t", topic, "-z", codec, "-K", ":", "-X", "linger.ms=20"];
  const kcat = spawn(kcatCommand(), arguments_, { stdio: ["pipe", "inherit", "inherit"] });
  kcat.stdin.end(lines.join(""));
  const exitCode = await ended(kcat);
  if (exitCode !== 0) throw new Error(`kcat ended with ${exitCode}`);
  say({ type: "produced", count: Number(count) });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

function linesOf(stream: Readable, take: (line: string) => void): void {
  createInterface({ input: stream }).on("line", take);
}

await obeyCommandLine({ consume, produce });

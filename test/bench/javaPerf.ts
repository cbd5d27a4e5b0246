import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { javaArgs, newestKafka } from "#test/support/kafkaJars.ts";
import { runProgram } from "#test/support/runProgram.ts";
import type { ClientResult, ClientTask } from "./measure.ts";

const limitMs = 90_000;
const bytesPerMb = 1_024 * 1_024;
const ticksPerSecond = 100;

/**
 * Kafka's own consumer-perf tool, as far as it can be compared: it counts bytes and looks at none, has no warm-up, and
 * takes the time from the first assignment on. Its CPU time and memory are those of the whole JVM, read from /proc.
 */
export async function measureJava(task: ClientTask): Promise<ClientResult> {
  const tool = [
    ...["org.apache.kafka.tools.ConsumerPerformance", "--bootstrap-server", task.servers.join(",")],
    ...["--topic", task.topic, "--num-records", String(task.records), "--timeout", "60000", "--hide-header"],
  ];
  const java = spawn("java", ["-Xmx512m", ...(await javaArgs(newestKafka, "ERROR")), ...tool], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, usage] = ["", { cpuSeconds: 0, peakRss: 0 }];
  for (const stream of [java.stdout, java.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const sampling = setInterval(() => {
    usage = usageOf(java.pid) ?? usage;
  }, 50);
  const tooLate = setTimeout(() => java.kill("SIGKILL"), limitMs);
  await new Promise((resolve) => java.once("close", resolve));
  clearInterval(sampling);
  clearTimeout(tooLate);
  const line = output.split("\n").findLast((each) => each.split(",").length >= 10);
  if (line === undefined) throw new Error(`no result: ${output.trim().split("\n").at(-1) ?? ""}`);
  const [, , mb, , records, , , fetchMs] = line.split(",").map((word) => Number(word));
  return {
    client: "Java consumer-perf",
    records: records ?? 0,
    // It counts keys as well.
    valueBytes: (mb ?? 0) * bytesPerMb,
    seconds: (fetchMs ?? 0) / 1_000,
    ...usage,
  };
}

/** Kafka's own producer-perf tool, with records of 100 bytes as fast as they go; gives how many a second it wrote. */
export async function produceWithJava(target: {
  readonly servers: string;
  readonly topic: string;
  readonly records: number;
}): Promise<number> {
  const { servers, topic, records } = target;
  const { stdout, stderr } = await runProgram(
    "java",
    [
      ...["-Xmx512m", ...(await javaArgs(newestKafka, "ERROR"))],
      ...["org.apache.kafka.tools.ProducerPerformance", "--topic", topic, "--num-records", String(records)],
      ...["--record-size", "100", "--throughput", "-1", "--producer-props", `bootstrap.servers=${servers}`],
    ],
    { timeoutMs: limitMs },
  );
  const last = stdout.trim().split("\n").at(-1) ?? "";
  const speed = /([\d.]+) records\/sec/.exec(last)?.[1];
  if (speed === undefined) throw new Error(`no result: ${last} ${stderr}`);
  return Number(speed);
}

function usageOf(
  pid: number | undefined,
): { readonly cpuSeconds: number; readonly peakRss: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const peak = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
    if (peak === undefined) return undefined;
    return {
      cpuSeconds: (Number(stat[11]) + Number(stat[12])) / ticksPerSecond,
      peakRss: Number(peak) * 1_024,
    };
  } catch {
    // It has ended in between, or this is no Linux.
    return undefined;
  }
}

import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { DataFilesError } from "#base/dataFiles.ts";
import { seededRandom } from "#base/random.ts";
import { dataDirectory } from "#node/dataDirectory.ts";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import { tcpServer } from "#node/tcpServer.ts";
import type { FaultRule } from "#playground/faults/faultRule.ts";
import { Playground } from "#playground/playground.ts";
import { PlaygroundError } from "#playground/playgroundError.ts";
import { EndNotices } from "#playground/server/endNotices.ts";
import { isPortTaken } from "#playground/server/listenBlock.ts";
import type { PlaygroundSettingsInput } from "#playground/settings.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import { changeText, faultsLine, faultsText, wrongLine } from "./faultReport.ts";
import { type FaultsChange, FaultsFile, mistakesText } from "./faultsFile.ts";
import type { PlaygroundCommand } from "./playgroundCommand.ts";
import { readyLine, readyText } from "./readyText.ts";

const defaultPort = 9092;
const mebibyte = 1024 * 1024;
/** Troubles that nobody asked for. */
const news: ReadonlySet<string> = new Set(["dataDirectory", "memoryBound"]);

/** Where the command speaks, and who may end it. */
export interface Terminal {
  out(text: string): void;
  complain(text: string): void;
  /** Aborts when it is to stop. */
  readonly stopped: AbortSignal;
  /** Calls back whenever somebody asks how often each fault struck. */
  onAsked(answer: () => void): void;
}

/** Why the playground could not start, as a sentence for who started it. */
class StartFailure extends Error {}

/** Runs a playground until it is stopped; gives the exit code. */
export async function runPlayground(command: PlaygroundCommand, terminal: Terminal): Promise<number> {
  let playground: Playground | undefined;
  const tellFaults = (event: "faults" | "stopped") => {
    if (!playground?.isRunning) return;
    if (command.json && command.faultsFile !== undefined) terminal.out(faultsLine(playground, event));
    else if (playground.faults().length > 0) terminal.out(faultsText(playground));
  };
  let isReady = false;
  // From the beginning: the signal by which it is asked ends a process that does not listen to it.
  terminal.onAsked(() => isReady && tellFaults("faults"));
  try {
    const started = await startPlayground(command, terminal);
    ({ playground } = started);
    await prepare(playground, command, terminal.stopped);
    terminal.out(command.json ? readyLine(playground) : readyText(playground, command));
    isReady = true;
    const { faultsFile: file } = started;
    if (file) followFaults(playground, { file, command, terminal });
    await aborted(terminal.stopped);
    tellFaults("stopped");
    return 0;
  } catch (error) {
    if (error instanceof StartFailure || BrokerError.is(error) || PlaygroundError.is(error)) {
      terminal.complain(error.message);
      return 1;
    }
    throw error;
  } finally {
    await playground?.stop();
  }
}

async function startPlayground(
  command: PlaygroundCommand,
  terminal: Terminal,
): Promise<{ readonly playground: Playground; readonly faultsFile: FaultsFile | undefined }> {
  const { host, nodes, port = defaultPort, seed, dataDirectory: directory } = command;
  const faults = await readFaults(command);
  const playground = new Playground({
    clock: systemClock,
    random: seed === undefined ? systemRandom : seededRandom(seed),
    server: tcpServer,
    observe: (observation) => {
      const isNews = observation.type === "broker.trouble" && news.has(observation.kind);
      if (isNews) terminal.complain(observation.title);
    },
    data: directory === undefined ? undefined : dataDirectory(directory),
    host,
    basePort: port,
    nodes,
    racks: command.racks,
    settings: await settingsOf(command),
  });
  const notices = new EndNotices(systemClock, (text) => terminal.complain(text));
  playground.onConnectionEnded((end) => notices.ended(end));
  await playground.start().catch((error: unknown) => {
    throw new StartFailure(startProblem(error, { host, port, nodes }), { cause: error });
  });
  faults?.file.apply(playground, faults.rules);
  return { playground, faultsFile: faults?.file };
}

/** Says on each change of the file what became of it. */
function followFaults(
  playground: Playground,
  by: { readonly file: FaultsFile; readonly command: PlaygroundCommand; readonly terminal: Terminal },
): void {
  const { file, command, terminal } = by;
  const { faultsFile: name = "", json } = command;
  const tell = (change: FaultsChange) => {
    if (change.type === "wrong") {
      const text = mistakesText(change.problems);
      terminal.complain(`--faults ${name}: ${text}\n  The rules from before stay in force.`);
      if (json) terminal.out(wrongLine(playground, change.problems));
    } else if (json) {
      terminal.out(faultsLine(playground, "faults"));
    } else {
      terminal.complain(`--faults ${name} ${changeText(change)}.`);
    }
  };
  try {
    file.follow(playground, tell, terminal.stopped);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    terminal.complain(`--faults ${name}: changes of the file are not noticed: ${why}`);
  }
}

async function settingsOf(command: PlaygroundCommand): Promise<PlaygroundSettingsInput> {
  const {
    autoCreateTopics,
    validatesProduced,
    kafkaVersion,
    rebalanceProtocols,
    memoryMebibytes,
    users,
    tls,
  } = command;
  return {
    autoCreateTopics,
    validatesProduced,
    ...(kafkaVersion === undefined ? {} : { kafkaVersion }),
    ...(rebalanceProtocols === undefined ? {} : { rebalanceProtocols }),
    ...(memoryMebibytes === undefined ? {} : { maxLogBytes: memoryMebibytes * mebibyte }),
    ...(users.length === 0
      ? {}
      : { sasl: { mechanisms: ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], users } }),
    ...(tls === undefined ? {} : { tls: await readTls(tls) }),
  };
}

async function readTls({
  certFile,
  keyFile,
  clientCaFile,
}: NonNullable<PlaygroundCommand["tls"]>): Promise<NonNullable<PlaygroundSettingsInput["tls"]>> {
  const cert = await readPem(certFile, "tls-cert");
  const key = await readPem(keyFile, "tls-key");
  const clientCa = clientCaFile === undefined ? undefined : await readPem(clientCaFile, "tls-client-ca");
  try {
    createSecureContext({ cert, key, ca: clientCa });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartFailure(
      `--tls-cert ${certFile} and --tls-key ${keyFile} cannot be used together: ${why}`,
      { cause: error },
    );
  }
  return { cert, key, clientCa };
}

/** What each option's file must hold. */
async function readPem(file: string, option: "tls-cert" | "tls-key" | "tls-client-ca"): Promise<string> {
  const text = await readText(file, option);
  const what = option === "tls-key" ? "PRIVATE KEY" : "CERTIFICATE";
  if (new RegExp(`-----BEGIN [A-Z ]*${what}-----`).test(text)) return text;
  throw new StartFailure(`--${option} ${file}: this is no PEM file with a ${what.toLowerCase()} in it.`);
}

async function readFaults(command: PlaygroundCommand): Promise<
  | {
      readonly file: FaultsFile;
      readonly rules: readonly FaultRule[];
    }
  | undefined
> {
  const { faultsFile: name, kafkaVersion } = command;
  if (name === undefined) return undefined;
  const file = new FaultsFile(name, kafkaVersion);
  const rules = await file.read();
  if (!rules.ok) throw new StartFailure(`--faults ${name}: ${mistakesText(rules.error)}`);
  return { file, rules: rules.value };
}

async function readText(file: string, option: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartFailure(`--${option}: the file cannot be read: ${why}`, { cause: error });
  }
}

/** Topics and records that are wished for and not there yet. */
async function prepare(
  playground: Playground,
  { topics, fill, produce }: PlaygroundCommand,
  stopped: AbortSignal,
): Promise<void> {
  const known = new Set(playground.topics().map(({ topic }) => topic));
  const written = [...fill, ...produce].map(({ topic: name }) => ({
    name,
    partitions: 1,
    replicationFactor: 1,
  }));
  for (const { name, ...shape } of [...topics, ...written]) {
    if (known.has(name)) continue;
    known.add(name);
    playground.createTopic(name, shape);
  }
  for (const { topic, records } of fill) {
    const { workloadId, done } = playground.startWorkload({ topic, pace: { kind: "burst", count: records } });
    const stop = () => playground.stopWorkload(workloadId);
    stopped.addEventListener("abort", stop);
    await done;
    stopped.removeEventListener("abort", stop);
  }
  for (const { topic, records } of produce) {
    playground.startWorkload({ topic, pace: { kind: "steady", recordsPerSecond: records } });
  }
}

function startProblem(
  error: unknown,
  { host, port, nodes }: { readonly host: string; readonly port: number; readonly nodes: number },
): string {
  const range = nodes === 1 ? `Port ${port}` : `One of the ports ${port} to ${port + nodes - 1}`;
  if (isPortTaken(error)) {
    return `${range} of ${host} is taken by another program. Stop that one, or choose another port with --port; --port 0 takes any free one.`;
  }
  if (DataFilesError.is(error)) return error.message;
  const why = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && "code" in error && error.code === "EACCES") {
    return `${range} of ${host} may not be used by this user. Choose another with --port: those below 1024 are often reserved.`;
  }
  return `The playground cannot start on ${host}: ${why}.`;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

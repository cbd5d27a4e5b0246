import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePorts } from "./freePorts.ts";
import { type GuardedProcess, spawnGuarded } from "./guardedProcess.ts";
import {
  type BrokerPorts,
  kafkaUsers,
  type ListenerName,
  listenerNames,
  passwordOf,
  serverProperties,
} from "./kafkaConfig.ts";
import { javaArgs, type KafkaVersion, kafkaJars, newestKafka } from "./kafkaJars.ts";
import { runOrThrow } from "./runProgram.ts";
import { createTlsFiles, type TlsFiles } from "./tlsFiles.ts";

/** Which Kafka is started, and how many brokers. */
export interface KafkaOptions {
  /** How many brokers, each of them a controller too: 1 to 3. */
  readonly nodes?: number;
  readonly version?: KafkaVersion;
  /** By node id - 1; none by default. */
  readonly racks?: readonly string[];
  /** Broker settings that win over the usual ones. */
  readonly config?: Readonly<Record<string, string>>;
  readonly heapMb?: number;
  /** Receives clients' metrics, and forgets them: only such brokers serve telemetry (KIP-714). */
  readonly receivesTelemetry?: boolean;
  /** Lets the JVM optimise what runs often; costs start-up time, so only where throughput is measured. */
  readonly optimised?: boolean;
}

/** A running Apache Kafka; nodes are numbered from 1. */
export interface RealKafka {
  readonly version: KafkaVersion;
  /** Every broker's PLAINTEXT address. */
  readonly bootstrapServers: string;
  /** Every broker's address of one listener. */
  addresses(listener: ListenerName): string;
  /** By node id - 1. */
  readonly ports: readonly BrokerPorts[];
  readonly tls: TlsFiles;
  /** Where a broker keeps its logs: one folder per partition. */
  dataFolder(nodeId: number): string;
  /** What a broker has logged, its last part. */
  log(nodeId: number): string;
  /** Lets a broker shut down in order. */
  stopNode(nodeId: number): Promise<void>;
  /** Ends a broker as a crash does. */
  killNode(nodeId: number): Promise<void>;
  /** Starts a broker that was stopped or killed (or stops it first), and waits until it serves. */
  restartNode(nodeId: number): Promise<void>;
  /** Ends everything by force and removes the data. */
  stop(): Promise<void>;
}

const startLimitMs = 90_000;

/** Starts real brokers with data of their own in a temporary folder; the caller stops them. */
export async function startRealKafka(options: KafkaOptions = {}): Promise<RealKafka> {
  const {
    nodes = 1,
    version = newestKafka,
    racks = [],
    heapMb = 256,
    optimised = false,
    receivesTelemetry = false,
  } = options;
  const config = { ...(receivesTelemetry && { "metric.reporters": telemetryReceiver }), ...options.config };
  const folder = mkdtempSync(path.join(tmpdir(), "groupscope-kafka-"));
  const ports = await brokerPorts(nodes);
  const brokers: Broker[] = [];
  const stop = async () => {
    await Promise.all(brokers.map((broker) => broker.kill()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  try {
    const forQuickStarts = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
    const java = [
      `-Xmx${heapMb}m`,
      ...(optimised ? [] : forQuickStarts),
      ...(await javaArgs(version, "INFO", receivesTelemetry ? [await compiledPlugins(folder, version)] : [])),
    ];
    const tls = await createTlsFiles(folder);
    // Kafka's own tool takes an id that begins with a dash for an option.
    const clusterId = randomBytes(16).toString("base64url").replace(/^-/, "_");
    for (let nodeId = 1; nodeId <= nodes; nodeId++) {
      const nodeFolder = path.join(folder, `node${nodeId}`);
      const dataFolder = path.join(nodeFolder, "data");
      const rack = racks[nodeId - 1];
      const overrides = { ...(rack === undefined ? {} : { "broker.rack": rack }), ...config };
      mkdirSync(dataFolder, { recursive: true });
      const properties = path.join(nodeFolder, "server.properties");
      writeFileSync(properties, serverProperties({ nodeId, ports, dataFolder, tls, overrides }));
      brokers.push(new Broker({ nodeId, folder, properties, java }));
    }
    await Promise.all(brokers.map((broker) => broker.format(clusterId)));
    await Promise.all(brokers.map((broker) => broker.start()));

    const broker = (nodeId: number) => {
      const found = brokers[nodeId - 1];
      if (found === undefined) throw new Error(`there is no node ${nodeId}`);
      return found;
    };
    const addresses = (name: ListenerName) => ports.map((each) => `localhost:${each[name]}`).join(",");
    return {
      version,
      bootstrapServers: addresses("PLAINTEXT"),
      addresses,
      ports,
      tls,
      dataFolder: (nodeId) => path.join(folder, `node${nodeId}`, "data"),
      log: (nodeId) => broker(nodeId).log,
      stopNode: (nodeId) => broker(nodeId).stop(),
      killNode: (nodeId) => broker(nodeId).kill(),
      restartNode: async (nodeId) => {
        await broker(nodeId).stop();
        await broker(nodeId).start();
      },
      stop,
    };
  } catch (failure) {
    await stop();
    throw failure;
  }
}

/** The class that a broker loads by its name. */
const telemetryReceiver = "TelemetryReceiver";

/** A folder with our plugins for brokers, compiled. */
async function compiledPlugins(folder: string, version: KafkaVersion): Promise<string> {
  const plugins = path.join(folder, "plugins");
  const source = path.join(import.meta.dirname, "java", `${telemetryReceiver}.java`);
  const jars = path.join(await kafkaJars(version), "*");
  await runOrThrow("javac", ["-cp", jars, "-d", plugins, "-proc:none", "-nowarn", source]);
  return plugins;
}

async function brokerPorts(nodes: number): Promise<readonly BrokerPorts[]> {
  const names = [...listenerNames, "CONTROLLER"] as const;
  const free = await freePorts(nodes * names.length);
  return Array.from({ length: nodes }, (_, node) => {
    const entries = names.map((name, index) => [name, free[node * names.length + index]] as const);
    return Object.fromEntries(entries) as BrokerPorts;
  });
}

interface BrokerOptions {
  readonly nodeId: number;
  readonly folder: string;
  readonly properties: string;
  readonly java: readonly string[];
}

class Broker {
  readonly #options: BrokerOptions;
  #process: GuardedProcess | undefined;
  log = "";

  constructor(options: BrokerOptions) {
    this.#options = options;
  }

  /** Writes the metadata a KRaft node needs before its first start, with the SCRAM users in it. */
  async format(clusterId: string): Promise<void> {
    const { java, properties } = this.#options;
    const scramUsers = kafkaUsers.flatMap((user) =>
      ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
        "--add-scram",
        `${mechanism}=[name=${user},password=${passwordOf(user)},iterations=4096]`,
      ]),
    );
    const format = ["kafka.tools.StorageTool", "format", "-t", clusterId, "-c", properties, ...scramUsers];
    await runOrThrow("java", [...java, ...format]);
  }

  async start(): Promise<void> {
    const { nodeId, folder, properties, java } = this.#options;
    this.log = "";
    const broker = spawnGuarded("java", [...java, "kafka.Kafka", properties], {
      stdio: ["ignore", "pipe", "pipe"],
      orphanedFolder: folder,
    });
    this.#process = broker;

    let started = () => {};
    const serving = new Promise<"serving">((resolve) => {
      started = () => resolve("serving");
    });
    for (const output of [broker.child.stdout, broker.child.stderr]) {
      output?.setEncoding("utf8").on("data", (text: string) => {
        this.log = (this.log + text).slice(-500_000);
        if (this.log.includes("Kafka Server started")) started();
      });
    }

    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<"too late">((resolve) => {
      timer = setTimeout(() => resolve("too late"), startLimitMs);
    });
    const outcome = await Promise.race([serving, tooLate, broker.ended]);
    clearTimeout(timer);
    if (outcome !== "serving") {
      await this.kill();
      throw new Error(`Kafka node ${nodeId} did not start\n${this.log.slice(-8_000)}`);
    }
  }

  async stop(): Promise<void> {
    await this.#process?.stop(20_000);
  }

  async kill(): Promise<void> {
    this.#process?.signal("SIGKILL");
    await this.#process?.ended;
  }
}

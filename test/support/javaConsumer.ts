import path from "node:path";
import { createInterface } from "node:readline";
import { type ProcessEnd, spawnGuarded } from "./guardedProcess.ts";
import { javaArgs, type KafkaVersion, newestKafka } from "./kafkaJars.ts";

const assignorClasses = {
  range: "org.apache.kafka.clients.consumer.RangeAssignor",
  roundrobin: "org.apache.kafka.clients.consumer.RoundRobinAssignor",
  sticky: "org.apache.kafka.clients.consumer.StickyAssignor",
  "cooperative-sticky": "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
} as const;

/** What a Java consumer reads, and as whom. */
export interface JavaConsumerOptions {
  readonly bootstrapServers: string;
  readonly groupId: string;
  readonly topics: readonly string[];
  /** In order of preference; the client's own default when left out. */
  readonly assignors?: readonly (keyof typeof assignorClasses)[];
  /** Consumer properties that win over ours (auto commit off, reset to earliest). */
  readonly properties?: Readonly<Record<string, string>>;
  readonly version?: KafkaVersion;
}

interface RebalanceDetails {
  /** Partitions as `orders-3`. */
  readonly partitions: readonly string[];
  /** Everything the member has at this moment. */
  readonly assignment: readonly string[];
  readonly memberId: string;
  readonly generationId: number;
}

/** What the member said, in order. Offsets are decimal text. */
export type JavaConsumerEvent =
  | { readonly type: "started" }
  | ({ readonly type: "assigned" | "revoked" | "lost" } & RebalanceDetails)
  | {
      readonly type: "record";
      readonly topic: string;
      readonly partition: number;
      readonly offset: string;
      readonly timestamp: string;
      readonly key: string | null;
      readonly value: string | null;
      readonly headers: readonly (readonly [string, string | null])[];
    }
  | { readonly type: "committed"; readonly offsets: Readonly<Record<string, string>> }
  | {
      readonly type: "commitFailed";
      readonly offsets: Readonly<Record<string, string>>;
      readonly error: string;
    }
  | { readonly type: "obeyed"; readonly order: string }
  | { readonly type: "failed"; readonly error: string }
  | { readonly type: "closed" };

/** The events of one type. */
export type JavaConsumerEventOf<Type extends JavaConsumerEvent["type"]> = JavaConsumerEvent & {
  readonly type: Type;
};

/** Apache Kafka's Java consumer as a member of a group, in a process of its own. */
export interface JavaConsumer {
  /** Everything said so far. */
  readonly events: readonly JavaConsumerEvent[];
  /** The first event, past or to come, that fits; rejects after `timeoutMs` or when the process ends before. */
  waitFor(fits: (event: JavaConsumerEvent) => boolean, timeoutMs?: number): Promise<JavaConsumerEvent>;
  /** Waits until what was said so far makes `holds` true. */
  until(holds: () => boolean, timeoutMs?: number): Promise<void>;
  /** What the member has now, as `orders-3`, sorted. */
  assignment(): readonly string[];
  all<Type extends JavaConsumerEvent["type"]>(type: Type): readonly JavaConsumerEventOf<Type>[];
  /** `commit`, `pause orders-3`, `resume orders-3`. */
  order(line: string): void;
  /** Leaves the group and ends. */
  quit(): Promise<ProcessEnd>;
  /** Ends without leaving the group, as a crash does. */
  kill(): Promise<ProcessEnd>;
}

/** Starts a Java member; it has not joined yet when this resolves. */
export async function startJavaConsumer(options: JavaConsumerOptions): Promise<JavaConsumer> {
  const { version = newestKafka } = options;
  const program = path.join(import.meta.dirname, "java", "GroupConsumer.java");
  const properties = Object.entries(consumerProperties(options)).map(([key, value]) => `${key}=${value}`);
  const small = ["-Xmx192m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  const { child, ended, signal } = spawnGuarded("java", [
    ...small,
    ...(await javaArgs(version, "WARN")),
    program,
    options.topics.join(","),
    ...properties,
  ]);

  const events: JavaConsumerEvent[] = [];
  const watchers = new Set<() => void>();
  let log = "";
  let end: ProcessEnd | undefined;
  const changed = () => {
    for (const watcher of [...watchers]) watcher();
  };
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-20_000);
  });
  if (child.stdout) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      events.push(JSON.parse(line) as JavaConsumerEvent);
      changed();
    });
  }
  void ended.then((how) => {
    end = how;
    changed();
  });

  const until = (holds: () => boolean, timeoutMs = 30_000) =>
    new Promise<void>((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        watchers.delete(check);
        finish();
      };
      const fail = (why: string) => () =>
        reject(new Error(`the Java consumer ${why}\n${JSON.stringify(events.slice(-20), null, 1)}\n${log}`));
      const check = () => {
        if (holds()) settle(resolve);
        else if (end !== undefined) settle(fail("ended"));
      };
      const timer = setTimeout(() => settle(fail(`did not get there in ${timeoutMs} ms`)), timeoutMs);
      watchers.add(check);
      check();
    });

  return {
    events,
    until,
    waitFor: async (fits, timeoutMs) => {
      await until(() => events.some(fits), timeoutMs);
      const found = events.find(fits);
      if (found === undefined) throw new Error("an event was taken back");
      return found;
    },
    assignment: () => events.findLast((event) => "assignment" in event)?.assignment ?? [],
    all: <Type extends JavaConsumerEvent["type"]>(type: Type) =>
      events.filter((event): event is JavaConsumerEventOf<Type> => event.type === type),
    order: (line) => void child.stdin?.write(`${line}\n`),
    quit: () => {
      child.stdin?.end("quit\n");
      return ended;
    },
    kill: () => {
      signal("SIGKILL");
      return ended;
    },
  };
}

function consumerProperties(options: JavaConsumerOptions): Record<string, string> {
  const { bootstrapServers, groupId, assignors, properties } = options;
  const strategy = assignors?.map((name) => assignorClasses[name]).join(",");
  return {
    "bootstrap.servers": bootstrapServers,
    "group.id": groupId,
    "enable.auto.commit": "false",
    "auto.offset.reset": "earliest",
    ...(strategy === undefined ? {} : { "partition.assignment.strategy": strategy }),
    ...properties,
  };
}

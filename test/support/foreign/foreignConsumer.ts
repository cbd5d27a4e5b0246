import { createInterface } from "node:readline";
import { type ProcessEnd, type SpawnOptions, spawnGuarded } from "../guardedProcess.ts";

interface RebalanceDetails {
  /** Partitions as `orders-3`. */
  readonly partitions: readonly string[];
  /** Everything the member has at this moment. */
  readonly assignment: readonly string[];
  /** Where the client tells. */
  readonly memberId?: string;
  readonly generationId?: number;
}

/** What a program around a foreign client said, in order. Offsets are decimal text. */
export type ForeignConsumerEvent =
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
  | { readonly type: "produced"; readonly count: number }
  | { readonly type: "transacted" }
  | { readonly type: "obeyed"; readonly order: string }
  | { readonly type: "failed"; readonly error: string }
  | { readonly type: "closed" };

/** The events of one type. */
export type ForeignConsumerEventOf<Type extends ForeignConsumerEvent["type"]> = ForeignConsumerEvent & {
  readonly type: Type;
};

/** Somebody else's consumer as a member of a group, in a process of its own. */
export interface ForeignConsumer {
  /** Everything said so far. */
  readonly events: readonly ForeignConsumerEvent[];
  /** The first event, past or to come, that fits; rejects after `timeoutMs` or when the process ends before. */
  waitFor(fits: (event: ForeignConsumerEvent) => boolean, timeoutMs?: number): Promise<ForeignConsumerEvent>;
  /** Waits until what was said so far makes `holds` true. */
  until(holds: () => boolean, timeoutMs?: number): Promise<void>;
  /** What the member has now, as `orders-3`, sorted. */
  assignment(): readonly string[];
  all<Type extends ForeignConsumerEvent["type"]>(type: Type): readonly ForeignConsumerEventOf<Type>[];
  /** `commit`, `pause orders-3`, `resume orders-3`. */
  order(line: string): void;
  /** Leaves the group and ends. */
  quit(): Promise<ProcessEnd>;
  /** Ends without leaving the group, as a crash does. */
  kill(): Promise<ProcessEnd>;
}

/** Starts a program that talks as `ForeignConsumerEvent`s, one JSON object a line; `name` is for errors. */
export function startForeignConsumer(
  name: string,
  command: readonly [string, ...(readonly string[])],
  options: Pick<SpawnOptions, "env" | "cwd"> = {},
): ForeignConsumer {
  const [program, ...args] = command;
  const { child, ended, signal } = spawnGuarded(program, args, options);

  const events: ForeignConsumerEvent[] = [];
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
      events.push(JSON.parse(line) as ForeignConsumerEvent);
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
        reject(
          new Error(`the ${name} consumer ${why}\n${JSON.stringify(events.slice(-20), null, 1)}\n${log}`),
        );
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
    all: <Type extends ForeignConsumerEvent["type"]>(type: Type) =>
      events.filter((event): event is ForeignConsumerEventOf<Type> => event.type === type),
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

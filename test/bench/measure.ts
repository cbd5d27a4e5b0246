/** What a client reached, from the end of its warm-up to the last record. */
export interface ClientResult {
  readonly client: string;
  readonly records: number;
  readonly valueBytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most memory it ever held, in bytes. */
  readonly peakRss: number;
  /** Of everything that was read, so that all clients prove to have read the same; undefined: it does not look. */
  readonly sum?: number | undefined;
}

/** How a client is told what to read: `<client> <servers> <topic> <records> <warm-up records>`. */
export interface ClientTask {
  readonly servers: readonly string[];
  readonly topic: string;
  readonly records: number;
  readonly warmUp: number;
}

export function clientTask(args: readonly string[]): ClientTask {
  const [servers = "", topic = "", records = "0", warmUp = "0"] = args;
  return { servers: servers.split(","), topic, records: Number(records), warmUp: Number(warmUp) };
}

/**
 * Reads what a consumer would read of every record, and takes the time once the code is warm. Each batch counts as a
 * whole, so the clock starts at the first batch boundary behind the warm-up.
 */
export class Meter {
  readonly #task: ClientTask;
  #seen = 0;
  #seenAtStart = 0;
  #valueBytes = 0;
  #sum = 0;
  #startedAt: number | undefined;
  #cpuAtStart: NodeJS.CpuUsage | undefined;

  constructor(task: ClientTask) {
    this.#task = task;
  }

  /** The key's and the value's bytes are there, and their ends are looked at. */
  touch(key: Uint8Array | null, value: Uint8Array | null): void {
    if (key !== null && key.length > 0) this.#sum += (key[0] ?? 0) + (key[key.length - 1] ?? 0);
    if (value !== null && value.length > 0) {
      this.#sum += (value[0] ?? 0) + (value[value.length - 1] ?? 0);
      if (this.#startedAt !== undefined) this.#valueBytes += value.length;
    }
  }

  /** After each batch: true when everything was read. */
  batch(count: number): boolean {
    this.#seen += count;
    if (this.#startedAt === undefined && this.#seen >= this.#task.warmUp) {
      this.#startedAt = performance.now();
      this.#cpuAtStart = process.cpuUsage();
      this.#seenAtStart = this.#seen;
    }
    return this.#seen >= this.#task.records;
  }

  /** Prints the result for whoever started the client. */
  report(client: string): void {
    const { user, system } = process.cpuUsage(this.#cpuAtStart);
    const result: ClientResult = {
      client,
      records: this.#seen - this.#seenAtStart,
      valueBytes: this.#valueBytes,
      seconds: (performance.now() - (this.#startedAt ?? 0)) / 1_000,
      cpuSeconds: (user + system) / 1e6,
      peakRss: process.resourceUsage().maxRSS * 1_024,
      sum: this.#sum,
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}

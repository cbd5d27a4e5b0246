const maxRemembered = 100;

/** Defects of presenters: each is logged once, as what draws ten times a second would fill the log with one. */
export class Defects {
  readonly #log: (message: string) => void;
  readonly #seen = new Set<string>();

  constructor(log: (message: string) => void) {
    this.#log = log;
  }

  /** Runs it. What it throws is logged and costs the result alone, which is then undefined. */
  guard<T>(what: string, run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      this.#tell(what, error);
      return undefined;
    }
  }

  #tell(what: string, error: unknown): void {
    const [message = "", thrownAt = "", ...callers] = stackOf(error);
    const key = JSON.stringify([what, message, thrownAt]);
    if (this.#seen.has(key) || this.#seen.size >= maxRemembered) return;
    this.#seen.add(key);
    this.#log([`${what} cannot be shown: ${message}`, thrownAt, ...callers].join("\n"));
  }
}

function stackOf(error: unknown): readonly string[] {
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).split("\n");
}

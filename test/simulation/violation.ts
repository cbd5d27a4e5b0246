/** Something that must always hold did not. `rule` names what; the message says where and with which values. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly rule: string;

  constructor(rule: string, message: string) {
    super(`${rule}: ${message}`);
    this.rule = rule;
  }
}

/** Keeps the first violation, wherever it was noticed: in a listener nobody could catch it. */
export class Verdict {
  #first: Violation | undefined;

  get first(): Violation | undefined {
    return this.#first;
  }

  fail(rule: string, message: string): void {
    this.#first ??= new Violation(rule, message);
  }

  /** Throws what was noticed so far. */
  check(): void {
    if (this.#first) throw this.#first;
  }
}

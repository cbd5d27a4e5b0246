import type { Random } from "#base/random.ts";

/**
 * Pauses that grow with every failure in a row, up to `ceilingMs`, with chance in them, so that many who failed
 * together do not come back together.
 */
export class Pace {
  failures = 0;
  notBefore = 0;
  readonly #ceilingMs: number;

  constructor(ceilingMs: number) {
    this.#ceilingMs = ceilingMs;
  }

  isDue(now: number): boolean {
    return this.notBefore <= now;
  }

  failed(now: number, random: Random): void {
    const ceiling = Math.min(this.#ceilingMs, 100 * 2 ** Math.min(this.failures, 10));
    this.failures++;
    this.notBefore = now + ceiling / 2 + (ceiling / 2) * random.next();
  }

  /** Nothing failed, and still nothing is to be sent before. */
  waitUntil(at: number): void {
    this.notBefore = Math.max(this.notBefore, at);
  }

  worked(): void {
    this.failures = 0;
    this.notBefore = 0;
  }
}

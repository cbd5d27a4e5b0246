import { createHash } from "node:crypto";
import { stringifyWithBigints } from "#base/json.ts";
import type { Observation, ObservationBody, Vantage } from "#trace/observation.ts";

/** Everything that was observed in a run, in order, and a digest that tells two runs apart. */
export class RunTrace {
  readonly #observations: Observation[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get observations(): readonly Observation[] {
    return this.#observations;
  }

  add(sourceId: string, vantage: Vantage, body: ObservationBody): Observation {
    const seq = this.#observations.length;
    const observation = { seq, at: this.#now(), sourceId, clusterId: "playground", vantage, ...body };
    this.#observations.push(observation);
    return observation;
  }

  digest(): string {
    const hash = createHash("sha256");
    for (const observation of this.#observations) hash.update(stringifyWithBigints(observation)).update("\n");
    return hash.digest("hex");
  }

  /** The last `count` observations as lines for people. */
  tail(count: number, startMs: number): readonly string[] {
    return this.#observations
      .slice(-count)
      .map(({ seq, at, sourceId, clusterId, vantage, type, ...rest }) => {
        const detail = stringifyWithBigints(rest);
        const cut = detail.length > 600 ? `${detail.slice(0, 600)}…` : detail;
        return `${String(at - startMs).padStart(7)} ms  ${sourceId.padEnd(10)} ${type} ${cut}`;
      });
  }
}

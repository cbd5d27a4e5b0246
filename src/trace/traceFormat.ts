import { stringifyWithBigints } from "#base/json.ts";
import type { Observation } from "./observation.ts";
import type { Keyframe, Replay } from "./ring.ts";

/** The first line of a trace file. */
export interface TraceHeader {
  readonly format: "groupscope-trace";
  readonly version: number;
  /** Who wrote it: `groupscope 0.1.0`. */
  readonly product: string;
  /** What `at` counts from: the Unix epoch, in milliseconds, for traces of real time. */
  readonly clockOrigin: string;
}

/** The version this product writes; higher ones are refused, as their keyframes may mean something else. */
export const traceVersion = 1;

export function headerLine(product: string): string {
  const header: TraceHeader = {
    format: "groupscope-trace",
    version: traceVersion,
    product,
    clockOrigin: "1970-01-01T00:00:00.000Z",
  };
  return `${JSON.stringify(header)}\n`;
}

/** A keyframe's line; the serialised model is JSON already and is put in as it is. */
export function keyframeLine({ seq, at, model }: Keyframe): string {
  return `{"keyframe":{"seq":${JSON.stringify(seq)},"at":${JSON.stringify(at)},"model":${model ?? "null"}}}\n`;
}

/** An observation's line; offsets are decimal strings, so that no digit is lost. */
export function observationLine(observation: Observation): string {
  return `${stringifyWithBigints(observation)}\n`;
}

/** A whole trace, line by line: header, keyframe, observations. */
export function* traceLines(product: string, replay: Replay): Generator<string> {
  yield headerLine(product);
  yield keyframeLine(replay.keyframe);
  for (const observation of replay.observations) yield observationLine(observation);
}

import { isInstant } from "#base/instant.ts";
import { isJsonObject, type Json, parseJson } from "#base/json.ts";
import { type Line, LineSplitter } from "./lineSplitter.ts";
import type { Observation } from "./observation.ts";
import { isKnownType, observationOf } from "./shapes/observationShapes.ts";
import { ShapeError } from "./shapes/shape.ts";
import { type TraceHeader, traceVersion } from "./traceFormat.ts";

/** A file is no trace at all, or one that cannot be understood. */
export class TraceFileError extends Error {
  override readonly name = "TraceFileError";
  readonly code: "EMPTY" | "NOT_A_TRACE" | "TOO_NEW";

  constructor(code: TraceFileError["code"], message: string) {
    super(message);
    this.code = code;
  }

  static is(error: unknown, ...codes: readonly TraceFileError["code"][]): error is TraceFileError {
    return error instanceof TraceFileError && (codes.length === 0 || codes.includes(error.code));
  }
}

/** What a line of a trace holds. */
export type TraceItem =
  | { readonly kind: "header"; readonly header: TraceHeader }
  /** `model` is for the model's own reader; undefined is the empty one. */
  | { readonly kind: "keyframe"; readonly seq: number; readonly at: number; readonly model: Json | undefined }
  | { readonly kind: "observation"; readonly observation: Observation }
  /** Of a newer version: kept, so that saving the trace again loses nothing, and not folded. */
  | { readonly kind: "unknown"; readonly type: string; readonly value: Json };

/**
 * A line is parsed in one go, and its objects can take fifty times the memory of its text. The longest lines that are
 * written hold the state of a cluster with tens of thousands of members.
 */
const maxLineBytes = 32 * 1024 * 1024;
const maxReported = 3;

/**
 * Reads a trace from chunks of bytes, as far as it can be read: a half last line is dropped, a damaged line is passed
 * over, and both are said in `notices`.
 */
export class TraceReader {
  readonly #lines: LineSplitter;
  readonly #maxLineBytes: number;
  #header: TraceHeader | undefined;
  #lineNumber = 0;
  #observations = 0;
  #damaged = 0;
  readonly #damage: string[] = [];
  readonly #unknown = new Map<string, number>();
  #cut = false;
  #ended = false;

  constructor(limits: { readonly maxLineBytes: number } = { maxLineBytes }) {
    this.#maxLineBytes = limits.maxLineBytes;
    this.#lines = new LineSplitter(limits.maxLineBytes);
  }

  /** How many observations were read. */
  get observations(): number {
    return this.#observations;
  }

  /** Where the line after the newest item begins, in bytes from the file's beginning. */
  get nextLineAt(): number {
    return this.#lines.takenBytes;
  }

  /** The items in this chunk. Throws TraceFileError when the file is no trace. */
  *push(chunk: Uint8Array): Generator<TraceItem> {
    for (const line of this.#lines.push(chunk)) yield* this.#read(line, true);
    // Else an image of a disk would be read to its end before it is refused.
    if (!this.#header && this.#lines.pendingBytes > this.#maxLineBytes) headerOf(undefined);
  }

  /** The items after the last newline; to be called once all chunks were pushed. */
  *end(): Generator<TraceItem> {
    this.#ended = true;
    const last = this.#lines.end();
    if (last) yield* this.#read(last, false);
    if (!this.#header) throw new TraceFileError("EMPTY", "The file is empty: it holds no trace.");
  }

  /** What was odd about the file, in words. */
  get notices(): readonly string[] {
    const notices: string[] = [];
    if (this.#cut)
      notices.push(
        "The last line is incomplete and was left out: the file was cut off while it was written.",
      );
    if (this.#damaged > 0) {
      const more = this.#damaged > this.#damage.length ? ", …" : "";
      notices.push(
        `${this.#damaged === 1 ? "One line" : `${this.#damaged} lines`} could not be read and ${this.#damaged === 1 ? "was" : "were"} left out: ${this.#damage.join(", ")}${more}.`,
      );
    }
    for (const [type, count] of this.#unknown) {
      notices.push(`${count} of the type “${type}” are not known to this version: kept, but not shown.`);
    }
    if (this.#ended && this.#observations === 0) notices.push("The trace holds no observations.");
    return notices;
  }

  *#read(line: Line, complete: boolean): Generator<TraceItem> {
    this.#lineNumber += 1;
    if (line.kind === "line" && line.text.trim() === "") return;
    const value = line.kind === "line" ? parseJson(line.text) : undefined;
    if (!this.#header) {
      this.#header = headerOf(value);
      yield { kind: "header", header: this.#header };
      return;
    }
    if (line.kind === "tooLong") {
      this.#damagedLine(`longer than ${this.#maxLineBytes / 1_048_576} MB`);
      return;
    }
    if (value === undefined && !complete) {
      this.#cut = true;
      return;
    }
    const item = this.#itemOf(value);
    if (item) yield item;
  }

  #itemOf(value: Json | undefined): TraceItem | undefined {
    if (!isJsonObject(value)) return this.#damagedLine("not JSON");
    const { keyframe, type } = value;
    if (keyframe !== undefined) return this.#keyframeOf(keyframe);
    if (typeof type !== "string") return this.#damagedLine("no type");
    if (!isKnownType(type)) {
      // A file of nothing but invented types must not fill the map.
      if (this.#unknown.size < 50 || this.#unknown.has(type)) {
        this.#unknown.set(type, (this.#unknown.get(type) ?? 0) + 1);
      }
      return { kind: "unknown", type, value };
    }
    try {
      const observation = observationOf(value, type);
      this.#observations += 1;
      return { kind: "observation", observation };
    } catch (error) {
      if (!ShapeError.is(error)) throw error;
      return this.#damagedLine(error.message);
    }
  }

  #keyframeOf(keyframe: Json): TraceItem | undefined {
    if (!isJsonObject(keyframe)) return this.#damagedLine("keyframe is not an object");
    const { seq, at, model } = keyframe;
    if (typeof seq !== "number" || typeof at !== "number" || !isInstant(at)) {
      return this.#damagedLine("keyframe has no time");
    }
    return { kind: "keyframe", seq, at, model: model ?? undefined };
  }

  #damagedLine(why: string): undefined {
    this.#damaged += 1;
    if (this.#damage.length < maxReported) this.#damage.push(`line ${this.#lineNumber} (${why})`);
    return undefined;
  }
}

function headerOf(value: Json | undefined): TraceHeader {
  if (
    !isJsonObject(value) ||
    value["format"] !== "groupscope-trace" ||
    typeof value["version"] !== "number"
  ) {
    throw new TraceFileError(
      "NOT_A_TRACE",
      "The file is not a Groupscope trace: its first line does not say so. Choose a file written by “Save trace”.",
    );
  }
  const { version, product, clockOrigin } = value;
  const writer = typeof product === "string" ? product : "unknown";
  if (version > traceVersion) {
    throw new TraceFileError(
      "TOO_NEW",
      `The trace was written by a newer version (${writer}, format ${version}); this one reads up to format ${traceVersion}. Update Groupscope to open it.`,
    );
  }
  return {
    format: "groupscope-trace",
    version,
    product: writer,
    clockOrigin: typeof clockOrigin === "string" ? clockOrigin : "",
  };
}

import type { Clock } from "#base/clock.ts";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import type { Observation } from "#trace/observation.ts";
import { headerLine, keyframeLine, observationLine } from "#trace/traceFormat.ts";
import type { HostFiles } from "../hostDeps.ts";
import type { Recording } from "../recording.ts";
import type { RunningTraces } from "./runningTraces.ts";

/** Often enough that a crash loses at most this much. */
const flushEveryMs = 500;
/** What waits for a slow disk at most; beyond it, it is dropped and said. */
const maxWaitingChars = 16_000_000;

/**
 * Writes the running trace to the workspace's storage as it grows, so that a crash or a reload loses nothing. A file that
 * fills half the cap is followed by another, each with a keyframe of its own; the other half is for those before it.
 */
export class TraceAppender implements Disposable {
  readonly #recording: Recording;
  readonly #files: HostFiles;
  readonly #clock: Clock;
  readonly #log: (message: string) => void;
  readonly #owned = new DisposableStore();
  #target: { readonly directory: string; readonly product: string; readonly maxBytes: number } | undefined;
  readonly #traces: RunningTraces;
  /** The file that grows; none before the first write, and when it has to be followed by another. */
  #file: string | undefined;
  #writtenChars = 0;
  #waiting: Observation[] = [];
  #lost = 0;
  #timer: Disposable | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: {
    readonly recording: Recording;
    readonly files: HostFiles;
    readonly traces: RunningTraces;
    readonly clock: Clock;
    readonly log: (message: string) => void;
  }) {
    this.#recording = options.recording;
    this.#files = options.files;
    this.#traces = options.traces;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#owned.add(options.recording.recorder.onRecorded((observation) => this.#take(observation)));
  }

  /** Where to write to; undefined writes nothing. */
  setTarget(
    target: { readonly directory: string; readonly product: string; readonly maxBytes: number } | undefined,
  ): void {
    const same = target?.directory === this.#target?.directory;
    this.#target = target;
    if (!same) this.#file = undefined;
  }

  /** Settles when everything recorded so far is written, or could not be. */
  flush(): Promise<void> {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#owned.dispose();
  }

  #take(observation: Observation): void {
    if (!this.#target) return;
    if (this.#waiting.length * estimatedChars > maxWaitingChars) {
      this.#lost++;
      return;
    }
    this.#waiting.push(observation);
    this.#timer ??= this.#clock.schedule(flushEveryMs, () => void this.flush());
  }

  async #write(): Promise<void> {
    const target = this.#target;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (!target || waiting.length === 0) return;
    try {
      const text = waiting.map(observationLine).join("");
      const isFull = this.#writtenChars + text.length > target.maxBytes / 2;
      // The keyframe of a new file is of now: what waited is in it already.
      if (this.#file === undefined || isFull) await this.#begin(target);
      else await this.#append(this.#file, text);
    } catch (error) {
      this.#target = undefined;
      this.#log(`The trace can no longer be written to ${target.directory}: ${String(error)}`);
    }
    if (this.#lost > 0) this.#log(`${this.#lost} observations were not written: the disk is too slow.`);
    this.#lost = 0;
  }

  async #begin(target: {
    readonly directory: string;
    readonly product: string;
    readonly maxBytes: number;
  }): Promise<void> {
    const { recorder } = this.#recording;
    const keyframe = { seq: recorder.recorded, at: this.#clock.now(), model: this.#recording.serialise() };
    const text = headerLine(target.product) + keyframeLine(keyframe);
    this.#file = await this.#traces.begin(target, text);
    this.#writtenChars = text.length;
  }

  async #append(file: string, text: string): Promise<void> {
    this.#writtenChars += text.length;
    // Somebody tidied up: without its header a file is no trace, so the next write begins another.
    if (!(await this.#files.append(file, text))) this.#file = undefined;
  }
}

/** Of one observation as a line, on average. */
const estimatedChars = 400;

import type { DataFiles } from "#base/dataFiles.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { LogChange } from "../log/logChange.ts";
import { PartitionLog } from "../log/partitionLog.ts";
import type { StoredBatch } from "../log/storedBatch.ts";
import { readFrames } from "./frames.ts";
import { batchFrame, beginFrame, changeFrame, endFrame, replayFrame } from "./logFrames.ts";

/** A log as its files had it, and what was wrong with them. */
export interface LoadedLog {
  readonly log: PartitionLog;
  /** In words, for people. */
  readonly problems: readonly string[];
}

interface Segment {
  readonly number: number;
  bytes: number;
  /** The offset behind its last batch, once the next one has begun. */
  endOffset: bigint | undefined;
}

/**
 * The files of one partition: every change of its log is appended to the newest, and a file goes when the log begins
 * behind it. Compaction begins anew, in a file that voids all before it.
 */
export class PartitionFiles {
  readonly #files: DataFiles;
  readonly #folder: string;
  readonly #segmentBytes: number;
  #segments: Segment[] = [];

  /** A file that has reached `segmentBytes` is followed by another. */
  constructor(files: DataFiles, folder: string, segmentBytes: number) {
    this.#files = files;
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
  }

  /**
   * Reads what is there, with a pause after each file. A torn end is cut off; what is damaged is set aside, and the log
   * begins empty.
   */
  async load(id: TopicPartition, pause: () => Promise<void>): Promise<LoadedLog> {
    const log = new PartitionLog(id);
    const problems: string[] = [];
    const names = this.#files.list(this.#folder);
    for (const name of names.filter(isUnfinished)) this.#files.remove(`${this.#folder}/${name}`);
    const numbers = names.filter(isSegment).map((name) => Number.parseInt(name, 10));
    for (const [index, number] of numbers.entries()) {
      const problem = this.#loadSegment(log, number, {
        isFirst: index === 0,
        isLast: index === numbers.length - 1,
      });
      await pause();
      if (problem === undefined) continue;
      problems.push(problem.text);
      if (problem.type === "damaged") {
        this.#setAside();
        return { log: new PartitionLog(id), problems };
      }
    }
    return { log, problems };
  }

  /** Writes down a change that was made to the log. */
  changed(log: PartitionLog, change: LogChange): void {
    if (change.type === "rewritten") {
      this.#rewrite(log);
      return;
    }
    let segment = this.#segments.at(-1);
    if (segment === undefined || segment.bytes >= this.#segmentBytes) segment = this.#roll(log, change);
    else this.#append(segment, changeFrame(change));
    if (change.type === "startMoved") this.#removePassed(change.offset);
  }

  #loadSegment(
    log: PartitionLog,
    number: number,
    { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
  ): { readonly type: "cut" | "damaged"; readonly text: string } | undefined {
    const file = this.#fileOf(number);
    const bytes = this.#files.read(file) ?? new Uint8Array(0);
    const { frames, wholeBytes, end } = readFrames(bytes);
    const place = `${file}, byte ${wholeBytes}`;
    if (end === "damaged" || (end === "torn" && !isLast)) {
      return { type: "damaged", text: `${place}: this is not what was written` };
    }
    const previous = this.#segments.at(-1);
    if (previous) previous.endOffset = log.logEndOffset;
    for (const [index, frame] of frames.entries()) {
      if (!replayed(log, frame, isFirst && index === 0)) {
        return {
          type: "damaged",
          text: `${file}, entry ${index}: it does not follow from what is before it`,
        };
      }
    }
    // A file whose first entry was not finished holds nothing; the one before it goes on.
    if (frames.length === 0) {
      this.#files.remove(file);
      if (previous) previous.endOffset = undefined;
    } else this.#segments.push({ number, bytes: wholeBytes, endOffset: undefined });
    if (end === "whole") return undefined;
    if (frames.length > 0) this.#files.truncate(file, wholeBytes);
    return {
      type: "cut",
      text: `${place}: the last entry was not finished; ${bytes.length - wholeBytes} bytes are cut off`,
    };
  }

  /** A new file, which says itself where it begins. */
  #roll(log: PartitionLog, change: Exclude<LogChange, { readonly type: "rewritten" }>): Segment {
    const previous = this.#segments.at(-1);
    const segment: Segment = { number: (previous?.number ?? 0) + 1, bytes: 0, endOffset: undefined };
    // The change has been made already, so the file begins before it only where that can still be told.
    const begins = change.type === "appended" ? before(log, change.batch) : log;
    if (previous) previous.endOffset = begins.logEndOffset;
    this.#segments.push(segment);
    if (change.type === "appended") {
      this.#append(segment, beginFrame(begins, "goOn"));
      this.#append(segment, changeFrame(change));
    } else {
      if (previous) this.#append(previous, changeFrame(change));
      this.#append(segment, beginFrame(begins, "goOn"));
    }
    return segment;
  }

  #rewrite(log: PartitionLog): void {
    const number = (this.#segments.at(-1)?.number ?? 0) + 1;
    const { batches } = log;
    const logEndOffset = batches[0]?.baseOffset ?? log.logEndOffset;
    const { logStartOffset, epochs } = log;
    const parts = [
      beginFrame({ logStartOffset, logEndOffset, epochs }, "anew"),
      ...batches.map(batchFrame),
      endFrame(log.logEndOffset),
    ];
    this.#files.replace(this.#fileOf(number), parts);
    const passed = this.#segments;
    const bytes = parts.reduce((total, part) => total + part.length, 0);
    this.#segments = [{ number, bytes, endOffset: undefined }];
    for (const each of passed) this.#files.remove(this.#fileOf(each.number));
  }

  #removePassed(logStartOffset: bigint): void {
    for (let oldest = this.#segments[0]; oldest?.endOffset !== undefined; oldest = this.#segments[0]) {
      if (oldest.endOffset > logStartOffset) return;
      this.#segments.shift();
      this.#files.remove(this.#fileOf(oldest.number));
    }
  }

  #append(segment: Segment, frame: Uint8Array): void {
    this.#files.append(this.#fileOf(segment.number), frame);
    segment.bytes += frame.length;
  }

  #setAside(): void {
    this.#segments = [];
    this.#files.rename(this.#folder, `${this.#folder}.damaged`);
  }

  #fileOf(number: number): string {
    return `${this.#folder}/${String(number).padStart(8, "0")}.log`;
  }
}

function isSegment(name: string): boolean {
  return /^\d{8}\.log$/.test(name);
}

/** What a replacement left behind that did not come to its end. */
function isUnfinished(name: string): boolean {
  return /^\d{8}\.log\.new$/.test(name);
}

function replayed(
  log: PartitionLog,
  ...how: [frame: Parameters<typeof replayFrame>[1], isFirst: boolean]
): boolean {
  try {
    return replayFrame(log, ...how);
  } catch {
    // What a frame holds was checked against its sum, so this is a file of something else.
    return false;
  }
}

/** Where the log was before this batch, its newest, came. */
function before(log: PartitionLog, batch: StoredBatch) {
  const { logStartOffset, epochs } = log;
  return { logStartOffset, logEndOffset: batch.baseOffset, epochs };
}

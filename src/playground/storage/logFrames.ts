import { batchLayout } from "#protocol/records/recordBatch.ts";
import { Reader } from "#protocol/wire/reader.ts";
import { Writer } from "#protocol/wire/writer.ts";
import type { LogBegin, LogChange } from "../log/logChange.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import type { StoredBatch } from "../log/storedBatch.ts";
import { encodeFrame, type Frame } from "./frames.ts";

/** Kinds of frames in the files of a partition. */
const kinds = {
  begin: 1,
  /** Begins, and everything before it is void. */
  beginAnew: 2,
  batch: 3,
  /** A batch damaged on purpose, behind its header as it was. */
  damagedBatch: 4,
  epochBegan: 5,
  truncated: 6,
  startMoved: 7,
  end: 8,
} as const;

const headerBytes = batchLayout.records;

/** Where a file of a log begins: each can be the first one that is left. */
export function beginFrame(log: LogBegin, how: "goOn" | "anew"): Uint8Array {
  const writer = new Writer();
  writer.int64(log.logStartOffset);
  writer.int64(log.logEndOffset);
  writer.int32(log.epochs.length);
  for (const { epoch, startOffset } of log.epochs) {
    writer.int32(epoch);
    writer.int64(startOffset);
  }
  return encodeFrame(how === "anew" ? kinds.beginAnew : kinds.begin, writer.finish());
}

/** A batch with everything that a consumer or a producer will ask of it. */
export function batchFrame({ bytes, intactHeader }: StoredBatch): Uint8Array {
  if (intactHeader === undefined) return encodeFrame(kinds.batch, bytes);
  const payload = new Uint8Array(headerBytes + bytes.length);
  payload.set(intactHeader);
  payload.set(bytes, headerBytes);
  return encodeFrame(kinds.damagedBatch, payload);
}

/** Where the log ends, when no batch reaches so far. */
export function endFrame(logEndOffset: bigint): Uint8Array {
  return offsetFrame(kinds.end, logEndOffset);
}

/** A change as its frame. */
export function changeFrame(change: Exclude<LogChange, { readonly type: "rewritten" }>): Uint8Array {
  switch (change.type) {
    case "appended":
      return batchFrame(change.batch);
    case "epochBegan": {
      const writer = new Writer();
      writer.int32(change.epoch);
      return encodeFrame(kinds.epochBegan, writer.finish());
    }
    case "truncated":
      return offsetFrame(kinds.truncated, change.offset);
    case "startMoved":
      return offsetFrame(kinds.startMoved, change.offset);
  }
}

/** Does to a log what the frame says was done to it; false when it does not follow from what was before. */
export function replayFrame(log: PartitionLog, frame: Frame, isFirst: boolean): boolean {
  const { kind, payload } = frame;
  const reader = new Reader(payload);
  switch (kind) {
    case kinds.begin:
    case kinds.beginAnew: {
      const begin = readBegin(reader);
      if (isFirst || kind === kinds.beginAnew) log.restoreBegin(begin);
      return begin.logEndOffset === log.logEndOffset;
    }
    case kinds.batch:
      return replayBatch(log, payload);
    case kinds.damagedBatch:
      return replayBatch(log, payload.subarray(headerBytes), payload.subarray(0, headerBytes));
    case kinds.epochBegan:
      log.beginEpoch(reader.int32());
      return true;
    case kinds.truncated:
      log.truncate(reader.int64());
      return true;
    case kinds.startMoved:
      log.deleteBefore(reader.int64());
      return true;
    case kinds.end:
      log.restoreEnd(reader.int64());
      return true;
    default:
      return false;
  }
}

function replayBatch(log: PartitionLog, bytes: Uint8Array, intactHeader?: Uint8Array): boolean {
  if ((intactHeader ?? bytes).length < headerBytes) return false;
  const end = log.logEndOffset;
  return log.restoreBatch(bytes, intactHeader).baseOffset >= end;
}

function readBegin(reader: Reader): LogBegin {
  const logStartOffset = reader.int64();
  const logEndOffset = reader.int64();
  const count = reader.int32();
  reader.expectElements(count, 12);
  const epochs = Array.from({ length: count }, () => ({
    epoch: reader.int32(),
    startOffset: reader.int64(),
  }));
  return { logStartOffset, logEndOffset, epochs };
}

function offsetFrame(kind: number, offset: bigint): Uint8Array {
  const writer = new Writer();
  writer.int64(offset);
  return encodeFrame(kind, writer.finish());
}

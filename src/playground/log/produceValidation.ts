import { err, ok, type Result } from "#base/result.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { BatchDamage } from "#protocol/records/batchDamage.ts";
import { decodeBatch, findDamage, readBatches, type WholeBatch } from "#protocol/records/batchReader.ts";
import type { KafkaRecord } from "#protocol/records/kafkaRecord.ts";
import type { BatchHeader } from "#protocol/records/recordBatch.ts";

/** Why a produced batch was refused. */
export interface ProduceRefusal {
  readonly error: KnownErrorName;
  readonly message: string;
  /** The log itself refused it, not the check before it: Kafka tells then where the log starts. */
  readonly reachedLog: boolean;
  /** The records that spoil the batch, where single ones do (KIP-467). */
  readonly records?: readonly { readonly index: number; readonly message: string }[] | undefined;
}

type Refusal = Omit<ProduceRefusal, "reachedLog">;

/** What a topic and a version of Produce allow. */
export interface ProduceLimits {
  readonly maxMessageBytes: number;
  readonly allowsZstd: boolean;
  /** Only what an offset needs is checked: damage goes into the log as it came. */
  readonly acceptsDamage?: boolean | undefined;
  /** Every record needs a key, as only one of each will be kept. */
  readonly needsKeys?: boolean | undefined;
  /** Bounds for the producer's timestamps. */
  readonly timestamps?: { readonly earliest: bigint; readonly latest: bigint } | undefined;
}

/** The one batch of a produce request's partition, checked as Kafka checks it before it reaches the log. */
export function validateProduced(
  records: Uint8Array | null,
  limits: ProduceLimits,
): Result<WholeBatch, ProduceRefusal> {
  const [frame, ...more] = records === null ? [] : firstFrames(records);
  if (frame === undefined || frame.type === "truncated") {
    return refuse("INVALID_RECORD", "a partition must bring exactly one record batch, and a whole one");
  }
  if (frame.type === "damaged") return refuse(errorOf(frame.damage), frame.damage.message);
  // Bytes behind it that are no whole batch are ignored, as Kafka does.
  if (more.some(({ type }) => type !== "truncated")) {
    return refuse("INVALID_RECORD", "a partition brought more than one record batch");
  }

  if (limits.acceptsDamage && frame.header.lastOffsetDelta >= 0) return ok(frame);
  const sizeRefusal = sizeOrCodecRefusal(frame, limits);
  if (sizeRefusal) return refuse(sizeRefusal.error, sizeRefusal.message);
  const refusal = headerRefusal(frame);
  if (refusal) return err({ ...refusal, reachedLog: true });
  if (!needsRecords(frame.header, limits)) {
    const damage = findDamage(frame);
    return damage === undefined ? ok(frame) : err(refusedFor(damage));
  }
  const decoded = decodeBatch(frame);
  if (!decoded.ok) return err(refusedFor(decoded.error));
  const recordRefusal = recordsRefusal(decoded.value.records, limits);
  return recordRefusal ? err({ ...recordRefusal, reachedLog: true }) : ok(frame);
}

function refusedFor(damage: BatchDamage): ProduceRefusal {
  const { message, cause } = damage;
  return { error: errorOf(damage), message, reachedLog: cause !== "crc" };
}

/** Single records are looked at only where the topic asks for it. */
function needsRecords({ maxTimestamp }: BatchHeader, { needsKeys, timestamps }: ProduceLimits): boolean {
  const asksForEarliest = timestamps !== undefined && timestamps.earliest > 0n;
  const isLate = timestamps !== undefined && maxTimestamp > timestamps.latest;
  return needsKeys === true || asksForEarliest || isLate;
}

function recordsRefusal(
  records: Iterable<KafkaRecord>,
  { needsKeys, timestamps }: ProduceLimits,
): Refusal | undefined {
  const spoilt: { index: number; message: string }[] = [];
  let hasTimeError = false;
  let index = 0;
  for (const { key, timestamp } of records) {
    const isOutside =
      timestamps !== undefined &&
      timestamp >= 0n &&
      (timestamp < timestamps.earliest || timestamp > timestamps.latest);
    if (needsKeys && key === null) {
      spoilt.push({ index, message: "a compacted topic takes no record without a key" });
    } else if (isOutside) {
      hasTimeError = true;
      const range = `[${timestamps.earliest}, ${timestamps.latest}]`;
      spoilt.push({ index, message: `its timestamp ${timestamp} is outside of ${range}` });
    }
    index++;
  }
  if (spoilt.length === 0) return undefined;
  const error = hasTimeError ? "INVALID_TIMESTAMP" : "INVALID_RECORD";
  return { error, message: `${spoilt.length} record(s) of the batch are refused`, records: spoilt };
}

/** What is known without the log. */
function sizeOrCodecRefusal({ header, bytes }: WholeBatch, limits: ProduceLimits): Refusal | undefined {
  if (bytes.length > limits.maxMessageBytes) {
    const message = `the batch has ${bytes.length} bytes, and the topic allows ${limits.maxMessageBytes}`;
    return { error: "MESSAGE_TOO_LARGE", message };
  }
  if (header.compression === "zstd" && !limits.allowsZstd) {
    const message = "zstd needs Produce version 7 or newer (KIP-110)";
    return { error: "UNSUPPORTED_COMPRESSION_TYPE", message };
  }
  return undefined;
}

function headerRefusal({ header }: WholeBatch): Refusal | undefined {
  const invalid = (message: string): Refusal => ({ error: "INVALID_RECORD", message });
  if (header.baseOffset !== 0n) {
    return invalid(`the base offset of a produced batch must be 0, not ${header.baseOffset}`);
  }
  if (header.isControl) return invalid("clients may not write control batches");
  const { recordCount, lastOffsetDelta } = header;
  if (recordCount <= 0 || lastOffsetDelta !== recordCount - 1) {
    return invalid(`${recordCount} records do not fit a last offset delta of ${lastOffsetDelta}`);
  }
  const isIdempotent = header.producerId >= 0n;
  if (isIdempotent && (header.baseSequence < 0 || header.producerEpoch < 0)) {
    return invalid(`producer ${header.producerId} sent no valid sequence or epoch`);
  }
  return undefined;
}

function firstFrames(
  records: Uint8Array,
): ReturnType<typeof readBatches> extends Generator<infer T> ? T[] : never {
  const frames = [];
  for (const frame of readBatches(records)) {
    frames.push(frame);
    if (frames.length === 2) break;
  }
  return frames;
}

function errorOf(damage: BatchDamage): KnownErrorName {
  switch (damage.cause) {
    case "length":
    case "crc":
      return "CORRUPT_MESSAGE";
    case "bomb":
      return "MESSAGE_TOO_LARGE";
    case "codecUnknown":
    case "decompression":
    case "recordLayout":
      // Measured on Kafka 4.3, which has no better word for what its reader throws.
      return "UNKNOWN_SERVER_ERROR";
    case "recordCount":
      return "INVALID_RECORD";
    case "magic":
      return isOldFormat(damage) ? "INVALID_RECORD" : "CORRUPT_MESSAGE";
  }
}

/** Formats 0 and 1 are known, but no longer taken. */
function isOldFormat({ header }: BatchDamage): boolean {
  return header === undefined || header.magic === 0 || header.magic === 1;
}

function refuse(error: KnownErrorName, message: string): Result<never, ProduceRefusal> {
  return err({ error, message, reachedLog: false });
}

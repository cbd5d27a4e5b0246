import type { CompressionName } from "#protocol/records/compression/codec.ts";
import { type Pace, paceText, peakOf } from "./pace.ts";

/** What the records are about. */
export type SampleName = "orders" | "clicks" | "sensors";

/** Which keys the records have. */
export type KeySpread =
  | { readonly spread: "even" | "roundRobin"; readonly count: number }
  /** The nth key comes in proportion to 1/n to the power of `exponent`. */
  | { readonly spread: "zipf"; readonly count: number; readonly exponent: number }
  /** One key has this share of all records. */
  | { readonly spread: "hot"; readonly count: number; readonly hotShare: number }
  | { readonly spread: "none" };

/** How large values are; `natural` is what the sample makes. */
export type ValueSize =
  | { readonly kind: "natural" }
  | { readonly kind: "fixed"; readonly bytes: number }
  | { readonly kind: "range"; readonly minBytes: number; readonly maxBytes: number }
  /** Every nth is huge. */
  | { readonly kind: "spikes"; readonly hugeBytes: number; readonly nth: number };

/** What makes a value unreadable to whoever expects JSON. */
export type PoisonKind = "text" | "truncated" | "binary";

/** Everything a workload can be told; what is left out is as `workloadDefaults` say. */
export interface WorkloadOptions {
  readonly topic: string;
  readonly pace: Pace;
  /** Ends by itself after so long. */
  readonly lastsMs?: number | undefined;
  /** By default each record goes where its key belongs, those without a key round the partitions. */
  readonly partition?: number | undefined;
  readonly sample?: SampleName | undefined;
  readonly keys?: KeySpread | undefined;
  readonly size?: ValueSize | undefined;
  /** `tracing`: what tracing libraries and gateways add; or these. */
  readonly headers?: "none" | "tracing" | Readonly<Record<string, string>> | undefined;
  readonly compression?: CompressionName | undefined;
  /** Of all records, from 0 to 1: they have a key and no value. */
  readonly tombstoneShare?: number | undefined;
  /** Every nth record is one that a consumer of JSON cannot parse, of these kinds in turn. */
  readonly poison?: { readonly nth: number; readonly kinds?: readonly PoisonKind[] | undefined } | undefined;
  /** So many records each, of which this share (0 to 1) is aborted. */
  readonly transactions?: { readonly records: number; readonly abortShare: number } | undefined;
  /** Who produces, as faults see it. */
  readonly clientId?: string | undefined;
  /** The same seed gives the same records; by default the playground's chance decides. */
  readonly seed?: number | undefined;
}

/** What holds for a workload that says nothing. */
export const workloadDefaults = {
  sample: "orders",
  keys: { spread: "zipf", count: 100, exponent: 0.8 },
  size: { kind: "natural" },
  headers: "none",
  compression: "none",
  tombstoneShare: 0,
} as const satisfies Partial<WorkloadOptions>;

/** A record and its batch stay below Kafka's max.message.bytes. */
const maxValueBytes = 1_000_000;
/** Room for an id and a time. */
const minValueBytes = 80;
const maxKeys = 100_000;
const maxRate = 1_000_000;

/** More at once would be a pace that no playground keeps. */
export const mostRecordsInBurst = maxRate;

/** Why such a workload cannot be, in words; undefined when it can. */
export function workloadProblem(options: WorkloadOptions): string | undefined {
  return (
    paceProblem(options.pace) ??
    (options.keys && keysProblem(options.keys)) ??
    (options.size && sizeProblem(options.size)) ??
    restProblem(options)
  );
}

/** In words, what is not as usual: `clicks · a burst of 600 · hot key 80 % · lz4`. */
export function workloadText(options: WorkloadOptions): string {
  const { sample = workloadDefaults.sample, pace, keys, size, headers, compression } = options;
  const { tombstoneShare = 0, poison, transactions, partition } = options;
  return [
    sample,
    paceText(pace),
    partition !== undefined && `partition ${partition}`,
    keys && keysText(keys),
    size && size.kind !== "natural" && sizeText(size),
    headers !== undefined && headers !== "none" && "headers",
    compression !== undefined && compression !== "none" && compression,
    tombstoneShare > 0 && `${percent(tombstoneShare)} tombstones`,
    poison && `every ${poison.nth}th cannot be parsed`,
    transactions && `transactions of ${transactions.records}, ${percent(transactions.abortShare)} aborted`,
  ]
    .filter((part) => typeof part === "string")
    .join(" · ");
}

function paceProblem(pace: Pace): string | undefined {
  const peak = peakOf(pace);
  if (!(peak > 0) || peak > maxRate) return `a pace produces between 0 and ${maxRate} records a second`;
  switch (pace.kind) {
    case "burst":
      return isWhole(pace.count) ? undefined : "a burst has a whole number of records";
    case "bursts":
      if (!isWhole(pace.count)) return "a burst has a whole number of records";
      return timeProblem(pace.everyMs, "the time between bursts");
    case "steady":
      return undefined;
    case "ramp":
      if (!(Math.min(pace.fromPerSecond, pace.toPerSecond) >= 0)) return "a rate is 0 or more";
      return timeProblem(pace.overMs, "the time of a ramp");
    case "wave":
      if (!(pace.lowPerSecond >= 0)) return "a rate is 0 or more";
      if (pace.lowPerSecond > pace.highPerSecond) return "the lowest rate of a wave is above its highest";
      return timeProblem(pace.periodMs, "the period of a wave");
    case "onOff":
      return timeProblem(pace.onMs, "the time on") ?? timeProblem(pace.offMs, "the time off");
  }
}

function timeProblem(ms: number, what: string): string | undefined {
  return ms >= 100 && Number.isFinite(ms) ? undefined : `${what} is at least 100 ms`;
}

function keysProblem(keys: KeySpread): string | undefined {
  if (keys.spread === "none") return undefined;
  if (!isWhole(keys.count) || keys.count > maxKeys) return `there are between 1 and ${maxKeys} keys`;
  if (keys.spread === "hot" && !isShare(keys.hotShare)) return "the share of the hot key is between 0 and 1";
  if (keys.spread === "zipf" && !(keys.exponent >= 0 && keys.exponent <= 10)) {
    return "the exponent of a Zipf distribution is between 0 and 10";
  }
  return undefined;
}

function sizeProblem(size: ValueSize): string | undefined {
  const sizes = sizesOf(size);
  if (sizes.some((bytes) => !isWhole(bytes) || bytes < minValueBytes || bytes > maxValueBytes)) {
    return `a value has between ${minValueBytes} and ${maxValueBytes} bytes`;
  }
  if (size.kind === "range" && size.minBytes > size.maxBytes) {
    return "the smallest size of a range is above its largest";
  }
  return size.kind === "spikes" && !isWhole(size.nth) ? "every nth value is huge, for a whole n" : undefined;
}

function sizesOf(size: ValueSize): readonly number[] {
  switch (size.kind) {
    case "natural":
      return [];
    case "fixed":
      return [size.bytes];
    case "range":
      return [size.minBytes, size.maxBytes];
    case "spikes":
      return [size.hugeBytes];
  }
}

function restProblem(options: WorkloadOptions): string | undefined {
  const { lastsMs, tombstoneShare = 0, poison, transactions, keys } = options;
  if (lastsMs !== undefined && !(lastsMs > 0)) return "a workload lasts longer than no time";
  if (!isShare(tombstoneShare)) return "the share of tombstones is between 0 and 1";
  if (tombstoneShare > 0 && keys?.spread === "none")
    return "a tombstone deletes what has its key: choose keys";
  if (poison && !isWhole(poison.nth)) return "every nth record is poison, for a whole n";
  if (poison?.kinds?.length === 0) return "choose at least one kind of poison";
  if (transactions && !isWhole(transactions.records)) return "a transaction has at least one record";
  if (transactions && !isShare(transactions.abortShare))
    return "the share of aborted transactions is between 0 and 1";
  return undefined;
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function isShare(value: number): boolean {
  return value >= 0 && value <= 1;
}

function keysText(keys: KeySpread): string {
  switch (keys.spread) {
    case "none":
      return "no keys";
    case "hot":
      return `hot key ${percent(keys.hotShare)}`;
    case "zipf":
      return `${keys.count} keys, Zipf ${keys.exponent}`;
    case "even":
      return `${keys.count} keys`;
    case "roundRobin":
      return `${keys.count} keys in turn`;
  }
}

function sizeText(size: Exclude<ValueSize, { readonly kind: "natural" }>): string {
  switch (size.kind) {
    case "fixed":
      return `${size.bytes} bytes`;
    case "range":
      return `${size.minBytes} to ${size.maxBytes} bytes`;
    case "spikes":
      return `every ${size.nth}th ${size.hugeBytes} bytes`;
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

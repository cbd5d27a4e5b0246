import { type Random, randomInt } from "#base/random.ts";
import type { RecordInput } from "#protocol/records/batchWriter.ts";
import { keySource } from "./keySource.ts";
import type { Sample, SampleEvent } from "./samples/sample.ts";
import {
  type PoisonKind,
  type ValueSize,
  type WorkloadOptions,
  workloadDefaults,
} from "./workloadOptions.ts";

/** A record to produce, and what is special about it. */
export interface MadeRecord extends Omit<RecordInput, "timestamp" | "offsetDelta"> {
  readonly is: "plain" | "tombstone" | "poison";
}

const utf8 = new TextEncoder();
const allPoison: readonly PoisonKind[] = ["text", "truncated", "binary"];
/** Padding repeats after so many bytes: random enough for codecs to have some work. */
const paddingBytes = 4_096;

/** Makes the records of a workload, one after the other; all chance comes from its own source. */
export class RecordSource {
  readonly #options: WorkloadOptions;
  readonly #sample: Sample;
  readonly #random: Random;
  readonly #nextKey: () => number | undefined;
  readonly #padding: string;
  #made = 0;
  #poisoned = 0;

  constructor(options: WorkloadOptions, sample: Sample, random: Random) {
    this.#options = options;
    this.#sample = sample;
    this.#random = random;
    this.#nextKey = keySource(options.keys ?? workloadDefaults.keys, random);
    this.#padding = paddingText(random);
  }

  next(nowMs: number): MadeRecord {
    this.#made++;
    const number = this.#nextKey();
    // A record without a key is about somebody all the same.
    const subject = `${this.#sample.subject}-${String(number ?? 1 + randomInt(this.#random, 9_999)).padStart(4, "0")}`;
    const key = number === undefined ? null : utf8.encode(subject);
    const { tombstoneShare = 0, poison } = this.#options;
    if (tombstoneShare > 0 && this.#random.next() < tombstoneShare) {
      return { key, value: null, headers: this.#headers(), is: "tombstone" };
    }
    const text = this.#text(this.#sample.next(subject, nowMs));
    const headers = this.#headers();
    if (!poison || this.#made % poison.nth !== 0) {
      return { key, value: utf8.encode(text), headers, is: "plain" };
    }
    const kinds = poison.kinds ?? allPoison;
    const kind = kinds[this.#poisoned++ % kinds.length] ?? "text";
    return { key, value: poisoned(text, kind), headers, is: "poison" };
  }

  #text({ id, body }: SampleEvent): string {
    const natural = JSON.stringify(body);
    const wanted = this.#wantedBytes(this.#options.size ?? workloadDefaults.size);
    if (wanted === undefined) return natural;
    const missing = wanted - utf8.encode(natural).length;
    // A sample that is too large for the size keeps who it is.
    return missing >= noteBytes || missing === 0
      ? this.#padded(natural, missing)
      : this.#padded(JSON.stringify({ id }), wanted - utf8.encode(JSON.stringify({ id })).length);
  }

  #padded(json: string, missing: number): string {
    if (missing < noteBytes) return json;
    const length = missing - noteBytes;
    const note = this.#padding.repeat(Math.ceil(length / paddingBytes)).slice(0, length);
    return `${json.slice(0, -1)},"note":"${note}"}`;
  }

  #wantedBytes(size: ValueSize): number | undefined {
    switch (size.kind) {
      case "natural":
        return undefined;
      case "fixed":
        return size.bytes;
      case "range":
        return size.minBytes + randomInt(this.#random, size.maxBytes - size.minBytes + 1);
      case "spikes":
        return this.#made % size.nth === 0 ? size.hugeBytes : undefined;
    }
  }

  #headers(): RecordInput["headers"] {
    const { headers = workloadDefaults.headers } = this.#options;
    if (headers === "none") return undefined;
    const given = headers === "tracing" ? tracing(this.#random) : headers;
    return Object.entries(given).map(([key, value]) => ({ key, value: utf8.encode(value) }));
  }
}

const noteBytes = `,"note":""`.length;
const letters = "abcdefghijklmnopqrstuvwxyz ";

function paddingText(random: Random): string {
  return Array.from({ length: paddingBytes }, () => letters[randomInt(random, letters.length)]).join("");
}

/** W3C trace context, and what gateways add. */
function tracing(random: Random): Readonly<Record<string, string>> {
  const hex = (bytes: number) => Buffer.from(random.bytes(bytes)).toString("hex");
  return {
    traceparent: `00-${hex(16)}-${hex(8)}-01`,
    "content-type": "application/json",
    source: "shop-gateway",
  };
}

function poisoned(text: string, kind: PoisonKind): Uint8Array {
  switch (kind) {
    case "text":
      return utf8.encode("<error>upstream unavailable</error>");
    case "truncated":
      return utf8.encode(text.slice(0, Math.floor(text.length / 2)));
    case "binary":
      // A schema registry's framing before the text: magic byte, schema id.
      return Uint8Array.of(0, 0, 0, 0, 42, ...utf8.encode(text.slice(0, 200)));
  }
}

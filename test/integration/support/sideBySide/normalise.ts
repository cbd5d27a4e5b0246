import { handlerTable } from "#playground/handlers/handlerTable.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { readBatches } from "#protocol/records/batchReader.ts";
import { batchLayout } from "#protocol/records/recordBatch.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";

/** What differs from cluster to cluster, or from run to run. */
interface Rule {
  readonly becomes: "a name" | "its kind";
  readonly kind: string;
  /** What is the same everywhere: no id, no time. */
  readonly none: readonly string[];
}

/** Lists of what a broker can do: only what the playground can do too is compared. */
const sharedOnly: Readonly<Record<string, (element: unknown) => boolean>> = {
  apiKeys: (each) => {
    const key = isStruct(each) ? each["apiKey"] : undefined;
    return typeof key === "number" && handlerTable("4.3").has(key);
  },
  supportedFeatures: isSharedFeature,
  finalizedFeatures: isSharedFeature,
};

function isSharedFeature(feature: unknown): boolean {
  return isStruct(feature) && ["group.version", "transaction.version"].includes(String(feature["name"]));
}

function isStruct(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

const named = (kind: string, ...none: readonly string[]): Rule => ({ becomes: "a name", kind, none });
const known = (kind: string, ...none: readonly string[]): Rule => ({ becomes: "its kind", kind, none });

const rules: Readonly<Record<string, Rule>> = {
  host: known("host", ""),
  port: known("port", "-1"),
  // Kafka words some errors and not others; what counts is the code.
  errorMessage: known("words"),
  batchIndexErrorMessage: known("words"),
  logAppendTimeMs: known("time", "-1"),
  transactionStartTimeMs: known("time", "-1"),
  lastTimestamp: known("time", "-1"),
  finalizedFeaturesEpoch: known("epoch", "-1"),
  memberId: named("member", "", "null"),
  leader: named("member", ""),
  clusterId: named("cluster", "null"),
  topicId: named("topic", zeroUuid),
  producerId: named("producer", "-1"),
  sessionId: named("session", "0"),
  clientInstanceId: named("client instance", zeroUuid),
  subscriptionId: named("subscription", "0"),
};

type Normal = string | readonly Normal[] | { readonly [name: string]: Normal };

/** Ids become what they are by order of appearance; addresses, times and the words of messages what kind they are. */
export class Normaliser {
  readonly #names = new Map<string, string>();

  /** An answer as it can be compared with that of another cluster. */
  of(value: unknown, field = ""): Normal {
    if (value instanceof Uint8Array && field === "records") return this.#batches(value);
    if (value instanceof Uint8Array) return this.#withoutIds(Buffer.from(value).toString("latin1"));
    if (Array.isArray(value)) return this.#list(field, value);
    if (typeof value === "object" && value !== null) {
      const kept = Object.entries(value).filter(([name]) => name !== "throttleTimeMs");
      return Object.fromEntries(kept.map(([name, inner]) => [name, this.of(inner, name)]));
    }
    return this.#scalar(field, value);
  }

  /** Only the error codes of an answer, where they are. */
  codesOf(value: unknown, field = ""): Normal {
    if (Array.isArray(value)) {
      const inner = value.map((each) => this.codesOf(each, field)).filter((each) => each !== "");
      return inner.length > 0 ? sorted(inner) : "";
    }
    if (typeof value !== "object" || value === null) return isErrorCode(field) ? this.of(value, field) : "";
    const entries = Object.entries(value).map(([name, inner]) => [name, this.codesOf(inner, name)] as const);
    const codes = entries.filter(([, inner]) => inner !== "");
    return codes.length > 0 ? Object.fromEntries(codes) : "";
  }

  /** Batches as they are but for their ids, and the times at which brokers wrote markers. */
  #batches(records: Uint8Array): Normal {
    return Array.from(readBatches(records), (frame) => {
      if (frame.type !== "batch") return frame.type;
      const { header, bytes } = frame;
      const { baseTimestamp, maxTimestamp, crc: _, ...rest } = header;
      const times = header.isControl ? {} : { baseTimestamp, maxTimestamp };
      const body = Buffer.from(bytes.subarray(batchLayout.records)).toString("hex");
      return this.of({ ...rest, ...times, body });
    });
  }

  /** No client may rely on an order that only a hash table made. */
  #list(field: string, values: readonly unknown[]): Normal {
    const shared = field in sharedOnly ? values.filter((each) => sharedOnly[field]?.(each)) : values;
    const inner = shared.map((each) => this.of(each, field));
    return inner.some((each) => typeof each === "object") ? sorted(inner) : inner;
  }

  #scalar(field: string, value: unknown): Normal {
    if (isErrorCode(field) && typeof value === "number") return errorName(value);
    const text = String(value);
    const rule = rules[field];
    if (rule === undefined || rule.none.includes(text)) return text;
    return rule.becomes === "a name" ? this.#name(rule.kind, text) : rule.kind;
  }

  #name(kind: string, text: string): string {
    const known = this.#names.get(text) ?? `${kind} ${this.#names.size}`;
    this.#names.set(text, known);
    return known;
  }

  /** Bytes that a member made may hold ids that the broker gave. */
  #withoutIds(text: string): string {
    let plain = text;
    for (const [id, name] of this.#names) plain = plain.replaceAll(id, name);
    return plain;
  }
}

function sorted(all: readonly Normal[]): readonly Normal[] {
  return all.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function isErrorCode(field: string): boolean {
  return /^errorCode$|ErrorCode$/.test(field);
}

import { Buffer } from "node:buffer";
import { ByteParts } from "#base/byteParts.ts";
import type { Clock } from "#base/clock.ts";
import type {
  FollowedRequest,
  RequestTap,
  TappedEnd,
  TappedFrom,
  TappedRequest,
} from "#playground/server/requestTap.ts";
import type { Exchange, ExchangeEnd, KeptFrame } from "#views/requests/exchange.ts";
import { keepableBytes } from "./secretFrames.ts";

/** While it is kept, an exchange goes on. */
interface OpenExchange extends Exchange {
  faultIds: readonly string[];
  end: ExchangeEnd | undefined;
  isDropped: boolean;
}

/** Of one frame: enough for every field of all but the largest, and little against a batch of a megabyte. */
const maxFrameBytes = 65_536;
const sizeBytes = 4;
/** What the objects around the bytes cost, and those of what is read of them, as measured. */
const overheadBytes = 1_000;
const noFaults: readonly string[] = [];

/**
 * Requests of the playground's clients with their answers, kept up to a number of bytes; the oldest go first,
 * counted. They are not decoded here: what nobody looks at costs a copy of its beginning.
 */
export class ExchangeStore implements RequestTap {
  readonly #clock: Pick<Clock, "now">;
  readonly #maxBytes: number;
  #kept: OpenExchange[] = [];
  /** Where the kept ones begin: dropping one moves only this. */
  #head = 0;
  #bytes = 0;
  #dropped = 0;
  #nextId = 1;

  constructor(clock: Pick<Clock, "now">, maxBytes: number) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  get totals(): {
    readonly exchanges: number;
    readonly bytes: number;
    readonly maxBytes: number;
    readonly dropped: number;
  } {
    const exchanges = this.#kept.length - this.#head;
    return { exchanges, bytes: this.#bytes, maxBytes: this.#maxBytes, dropped: this.#dropped };
  }

  /** The id of the next one: who pauses remembers it. */
  get nextId(): number {
    return this.#nextId;
  }

  /** In order of their coming. */
  list(): readonly Exchange[] {
    this.#compact();
    return this.#kept;
  }

  find(exchangeId: number): Exchange | undefined {
    // Ids follow each other without a gap.
    const first = this.#kept[this.#head]?.exchangeId ?? 0;
    return exchangeId < first ? undefined : this.#kept[this.#head + exchangeId - first];
  }

  came({ frame, nodeId, remote, phase }: TappedRequest): FollowedRequest {
    const keepable = keepableBytes(frame, phase);
    const request = keptFrame(ByteParts.of(frame), { from: 0, keepable });
    const exchange = this.#add({ nodeId, remote, request, end: undefined });
    return {
      faulted: (faultId) => {
        if (!exchange.faultIds.includes(faultId)) exchange.faultIds = [...exchange.faultIds, faultId];
      },
      ended: (how) => this.#ended(exchange, how, keepable < frame.length),
    };
  }

  garbage({ nodeId, remote }: TappedFrom, reason: string): void {
    const end: ExchangeEnd = { type: "closed", at: this.#clock.now(), reason };
    this.#add({ nodeId, remote, request: undefined, end });
  }

  /** Forgets all of them: on the user's word, or because the playground is another one. */
  clear(): void {
    for (const exchange of this.#kept) exchange.isDropped = true;
    this.#kept = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#dropped = 0;
  }

  /** Lets go the older half, when memory is short; returns how many exchanges that were. */
  shed(): number {
    const before = this.#dropped;
    this.#shrink(Math.floor((this.#kept.length - this.#head) / 2));
    return this.#dropped - before;
  }

  #add(of: Pick<Exchange, "nodeId" | "remote" | "request" | "end">): OpenExchange {
    const exchange: OpenExchange = {
      exchangeId: this.#nextId++,
      at: this.#clock.now(),
      ...of,
      faultIds: noFaults,
      isDropped: false,
    };
    this.#kept.push(exchange);
    this.#bytes += sizeOf(exchange);
    this.#shrink();
    return exchange;
  }

  #ended(exchange: OpenExchange, how: TappedEnd, isSecret: boolean): void {
    const at = this.#clock.now();
    if (how.type !== "answered") {
      exchange.end = { ...how, at };
      return;
    }
    if (exchange.isDropped) return;
    const before = sizeOf(exchange);
    const keepable = isSecret ? 0 : how.frame.length - sizeBytes;
    const response = keptFrame(how.frame, { from: sizeBytes, keepable });
    exchange.end = { type: "answered", at, response };
    this.#bytes += sizeOf(exchange) - before;
    this.#shrink();
  }

  #shrink(most = Number.POSITIVE_INFINITY): void {
    while (this.#kept.length - this.#head > most || this.#bytes > this.#maxBytes) {
      const oldest = this.#kept[this.#head];
      if (!oldest) break;
      this.#bytes -= sizeOf(oldest);
      oldest.isDropped = true;
      this.#head++;
      this.#dropped++;
      if (this.#head > 1_024 && this.#head * 2 > this.#kept.length) this.#compact();
    }
  }

  #compact(): void {
    if (this.#head === 0) return;
    this.#kept = this.#kept.slice(this.#head);
    this.#head = 0;
  }
}

/** A copy, as the frame belongs to whoever handles it; of Buffer's pool, which is half the time for small ones. */
function keptFrame(
  frame: ByteParts,
  { from, keepable }: { readonly from: number; readonly keepable: number },
): KeptFrame {
  const sizeInBytes = frame.length - from;
  const bytes = Buffer.allocUnsafe(Math.min(keepable, maxFrameBytes));
  frame.copyTo(bytes, from);
  const cut = keepable < sizeInBytes ? "secret" : bytes.length < sizeInBytes ? "long" : undefined;
  return { bytes, sizeInBytes, cut };
}

function sizeOf({ request, end }: Exchange): number {
  const response = end?.type === "answered" ? end.response.bytes.length : 0;
  return overheadBytes + (request?.bytes.length ?? 0) + response;
}

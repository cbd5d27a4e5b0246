import { type Random, randomInt } from "#base/random.ts";

/** How keys are spread and how large values are. */
export interface OrderShape {
  /** Distinct customers, which are the keys. */
  readonly keys: number;
  /** 0 spreads orders evenly; the higher, the more a few customers order most of them. */
  readonly skew: number;
  /** Values are filled up to about this size. */
  readonly valueBytes: number;
}

/** One order, ready to be produced. */
export interface OrderRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const items = [
  "espresso",
  "filter coffee",
  "green tea",
  "croissant",
  "cheesecake",
  "sandwich",
  "salad",
  "juice",
];
const cities = ["Lisbon", "Oslo", "Kraków", "Lyon", "Turin", "Ghent", "Graz", "Bilbao"];
const channels = ["web", "app", "store"];
const utf8 = new TextEncoder();

/** Makes orders that look like a shop's: the same seed gives the same orders. */
export class OrderSource {
  readonly #random: Random;
  readonly #shape: OrderShape;
  #nextOrder = 1;

  constructor(random: Random, shape: OrderShape) {
    this.#random = random;
    this.#shape = shape;
  }

  next(nowMs: number): OrderRecord {
    const customer = `customer-${String(this.#customer()).padStart(4, "0")}`;
    const quantity = 1 + randomInt(this.#random, 5);
    const cents = quantity * (150 + randomInt(this.#random, 1_850));
    const order = {
      orderId: `order-${String(this.#nextOrder++).padStart(8, "0")}`,
      customer,
      item: pick(this.#random, items),
      quantity,
      amount: cents / 100,
      currency: "EUR",
      city: pick(this.#random, cities),
      channel: pick(this.#random, channels),
      placedAtMs: Math.floor(nowMs),
    };
    return { key: utf8.encode(customer), value: utf8.encode(this.#filled(order)) };
  }

  /** A power of an even number prefers the low ones: skew 0 keeps it even, skew 2 gives the first tenth about half. */
  #customer(): number {
    const place = this.#random.next() ** (1 + this.#shape.skew);
    return 1 + Math.floor(place * this.#shape.keys);
  }

  #filled(order: object): string {
    const text = JSON.stringify(order);
    const missing = this.#shape.valueBytes - text.length - noteBytes;
    return missing <= 0 ? text : JSON.stringify({ ...order, note: note(this.#random, missing) });
  }
}

const noteBytes = `,"note":""`.length;
const words = [
  "please",
  "leave",
  "at",
  "the",
  "door",
  "ring",
  "twice",
  "thank",
  "you",
  "no",
  "sugar",
  "extra",
  "hot",
];

function note(random: Random, length: number): string {
  let text = "";
  while (text.length < length) text += `${text === "" ? "" : " "}${pick(random, words)}`;
  return text.slice(0, length);
}

function pick(random: Random, from: readonly string[]): string {
  return from[randomInt(random, from.length)] ?? "";
}

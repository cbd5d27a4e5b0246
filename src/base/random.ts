/** Where chance comes from (ARCHITECTURE.md, I2): the real source in `src/node`, a seeded one in simulation. */
export interface Random {
  /** A number from 0 (included) to 1 (excluded). */
  next(): number;
  /** `count` bytes; from the real source they are fit for keys and nonces. */
  bytes(count: number): Uint8Array;
}

/** A whole number from 0 to `below` - 1. */
export function randomInt(random: Random, below: number): number {
  return Math.floor(random.next() * below);
}

/** A version 4 UUID in its usual text form. */
export function randomUuid(random: Random): string {
  const bytes = random.bytes(16);
  const at = (index: number) => bytes[index] ?? 0;
  bytes[6] = (at(6) & 0x0f) | 0x40;
  bytes[8] = (at(8) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A source of its own: what others draw from the first one from here on does not change what this one gives. */
export function forkRandom(random: Random): Random {
  return seededRandom(randomInt(random, 2 ** 32));
}

/** A repeatable source: the same seed gives the same numbers (xoshiro128**). */
export function seededRandom(seed: number): Random {
  // splitmix32 spreads a small seed over the whole state.
  let spread = seed >>> 0;
  const split = () => {
    spread = (spread + 0x9e3779b9) >>> 0;
    let mixed = spread;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  let [a, b, c, d] = [split(), split(), split(), split()];
  const rotate = (value: number, by: number) => ((value << by) | (value >>> (32 - by))) >>> 0;
  const uint32 = () => {
    const result = Math.imul(rotate(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
    const shifted = (b << 9) >>> 0;
    c = (c ^ a) >>> 0;
    d = (d ^ b) >>> 0;
    b = (b ^ c) >>> 0;
    a = (a ^ d) >>> 0;
    c = (c ^ shifted) >>> 0;
    d = rotate(d, 11);
    return result;
  };
  return {
    next: () => uint32() / 0x1_0000_0000,
    bytes: (count) => Uint8Array.from({ length: count }, () => uint32() & 0xff),
  };
}

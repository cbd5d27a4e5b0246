import { BatchDecodeError } from "./batchDamage.ts";

/** Reads the variable-length numbers of records (zigzag, as Protocol Buffers has them) and never past its bytes. */
export class VarintReader {
  readonly bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  /** An int32; like the Java client, longer than 5 bytes is damage. */
  varint(): number {
    // Nearly all numbers of a record have one or two bytes; past the end there is `undefined`, which fails the tests.
    const first = this.bytes[this.position] as number;
    if (first < 0x80) {
      this.position++;
      return (first >>> 1) ^ -(first & 1);
    }
    const second = this.bytes[this.position + 1] as number;
    if (second < 0x80) {
      this.position += 2;
      const raw = (first & 0x7f) | (second << 7);
      return (raw >>> 1) ^ -(raw & 1);
    }
    return this.#longVarint();
  }

  #longVarint(): number {
    let raw = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.position++];
      if (byte === undefined) throw cut();
      raw |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1);
    }
    throw new BatchDecodeError("recordLayout", "a number has more than 5 bytes");
  }

  /** An int64. */
  varlong(): bigint {
    let low = 0;
    let high = 0n;
    for (let index = 0; index < 10; index++) {
      const byte = this.bytes[this.position++];
      if (byte === undefined) throw cut();
      // Four groups of seven bits stay clear of the sign of a number; the rest needs bigints and is rare.
      if (index < 4) low |= (byte & 0x7f) << (7 * index);
      else high |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return unzigzag(low, high, index);
    }
    throw new BatchDecodeError("recordLayout", "a number has more than 10 bytes");
  }

  /** Passes over bytes with their length in front; -1 stands for null. False when they reach past `end`. */
  skipField(end: number): boolean {
    const length = this.varint();
    if (length < -1 || length > end - this.position) return false;
    if (length > 0) this.position += length;
    return true;
  }

  /** Bytes with their length in front, as a view. The length was checked before. */
  field(): Uint8Array | null {
    const length = this.varint();
    if (length < 0) return null;
    const from = this.position;
    this.position += length;
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + from, length);
  }

  /** Passes over an int64 with no more than its length checked. */
  skipVarlong(): void {
    for (let index = 0; index < 10; index++) {
      const byte = this.bytes[this.position++];
      if (byte === undefined) throw cut();
      if (byte < 0x80) return;
    }
    throw new BatchDecodeError("recordLayout", "a number has more than 10 bytes");
  }
}

function unzigzag(low: number, high: bigint, lastIndex: number): bigint {
  if (lastIndex < 4) return BigInt((low >>> 1) ^ -(low & 1));
  const raw = BigInt.asUintN(64, high | BigInt(low));
  return BigInt.asIntN(64, (raw >> 1n) ^ -(raw & 1n));
}

function cut(): BatchDecodeError {
  return new BatchDecodeError("recordLayout", "the records end inside a number");
}

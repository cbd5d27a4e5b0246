import { Buffer } from "node:buffer";
import { ByteParts } from "#base/byteParts.ts";
import { CodecError } from "./codecError.ts";
import { uuidBytesOf } from "./uuid.ts";

const maxStringBytes = 0x7fff;
const maxMessageBytes = 0x7fff_ffff;
const initialBytes = 512;
/** Bytes from this length on are not copied while the message grows around them. */
const lentBytes = 4_096;

/**
 * Writes Kafka's primitive types into memory that grows as needed. Long bytes, record batches before all, stay where they
 * are until the end: their owner must not change them before.
 *
 * A number outside its type is a CodecError: a wrapped length or offset would be read as a plausible other one.
 */
export class Writer {
  #bytes: Buffer;
  #view: DataView;
  /** In this memory alone. */
  #length = 0;
  readonly #lent: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  #lentLength = 0;

  constructor(capacity = initialBytes) {
    this.#bytes = Buffer.allocUnsafe(capacity);
    this.#view = viewOf(this.#bytes);
  }

  get length(): number {
    return this.#length + this.#lentLength;
  }

  bool(value: boolean): void {
    const at = this.#grow(1);
    this.#view.setInt8(at, value ? 1 : 0);
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) throw outOfRange(value, "int8");
    const at = this.#grow(1);
    this.#view.setInt8(at, value);
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) throw outOfRange(value, "int16");
    const at = this.#grow(2);
    this.#view.setInt16(at, value);
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) throw outOfRange(value, "uint16");
    const at = this.#grow(2);
    this.#view.setUint16(at, value);
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw outOfRange(value, "int32");
    const at = this.#grow(4);
    this.#view.setInt32(at, value);
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) throw outOfRange(value, "uint32");
    const at = this.#grow(4);
    this.#view.setUint32(at, value);
  }

  int64(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) throw outOfRange(value, "int64");
    const at = this.#grow(8);
    this.#view.setBigInt64(at, value);
  }

  float64(value: number): void {
    const at = this.#grow(8);
    this.#view.setFloat64(at, value);
  }

  /** An unsigned number of at most 32 bits, seven to a byte, least significant first. */
  uvarint(value: number): void {
    if (value >>> 0 !== value) throw outOfRange(value, "uvarint");
    let rest = value;
    while (rest >= 0x80) {
      const at = this.#grow(1);
      this.#view.setUint8(at, (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    const at = this.#grow(1);
    this.#view.setUint8(at, rest);
  }

  uuid(text: string): void {
    this.raw(uuidBytesOf(text));
  }

  /** Text whose `textBytes` are already written as its length. */
  text(value: string, length: number): void {
    const at = this.#grow(length);
    this.#bytes.write(value, at, length, "utf8");
  }

  raw(bytes: Uint8Array): void {
    if (bytes.byteLength >= lentBytes) {
      this.#lend(bytes);
      return;
    }
    const at = this.#grow(bytes.byteLength);
    this.#bytes.set(bytes, at);
  }

  /** Puts an int32 over four bytes written before any long bytes: the size of a frame is known only at its end. */
  patchInt32(at: number, value: number): void {
    this.#view.setInt32(at, value);
  }

  /** What was written, in one piece, to be taken once writing is over. */
  finish(): Uint8Array {
    if (this.#lent.length === 0) return this.#view8(0, this.#length);
    // In memory of its own: a log may go on to hold it.
    const all = Buffer.allocUnsafeSlow(this.length);
    this.finishInParts().copyTo(all);
    return new Uint8Array(all.buffer, all.byteOffset, all.byteLength);
  }

  /** The same without a copy: views of this writer's memory, and the long bytes where they are. */
  finishInParts(): ByteParts {
    const pieces: Uint8Array[] = [];
    let from = 0;
    for (const { at, bytes } of this.#lent) {
      if (at > from) pieces.push(this.#view8(from, at));
      pieces.push(bytes);
      from = at;
    }
    if (this.#length > from) pieces.push(this.#view8(from, this.#length));
    return new ByteParts(pieces);
  }

  #view8(from: number, to: number): Uint8Array {
    return new Uint8Array(this.#bytes.buffer as ArrayBuffer, this.#bytes.byteOffset + from, to - from);
  }

  #lend(bytes: Uint8Array): void {
    if (this.length + bytes.byteLength > maxMessageBytes) throw tooLong(this.length + bytes.byteLength);
    this.#lent.push({ at: this.#length, bytes });
    this.#lentLength += bytes.byteLength;
  }

  /** Makes room and says where; `#view` may be another one afterwards, so it is to be looked at only then. */
  #grow(by: number): number {
    const at = this.#length;
    const needed = at + by;
    if (needed > this.#bytes.byteLength) this.#enlarge(needed);
    this.#length = needed;
    return at;
  }

  #enlarge(needed: number): void {
    if (needed + this.#lentLength > maxMessageBytes) throw tooLong(needed + this.#lentLength);
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.byteLength * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

/** How many bytes a string takes; a CodecError when Kafka would refuse it. */
export function textBytes(value: string): number {
  if (typeof value !== "string") throw new CodecError(`${String(value)} is not a string`);
  const length = Buffer.byteLength(value, "utf8");
  if (length > maxStringBytes)
    throw new CodecError(`a string of ${length} bytes is longer than Kafka allows`);
  return length;
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function tooLong(bytes: number): CodecError {
  return new CodecError(`a message of ${bytes} bytes is longer than Kafka allows`);
}

function outOfRange(value: unknown, type: string): CodecError {
  return new CodecError(`${String(value)} does not fit ${type}`);
}

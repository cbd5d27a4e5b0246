import { Buffer } from "node:buffer";
import { CodecError } from "./codecError.ts";

const noBytes = new Uint8Array(0);
const maxStringBytes = 0x7fff;

/** Metadata of a cluster with 200,000 partitions on three replicas stays below it. */
const defaultMaxElements = 2_000_000;

/**
 * Reads Kafka's primitive types from one slice of memory and never past its end.
 *
 * Every length is compared with what is left before anything is allocated for it. What a length or a value gets wrong
 * is a CodecError. Bytes are views into the slice, not copies.
 */
export class Reader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #offset = 0;
  #end: number;
  #elementsLeft: number;

  /** `maxElements` bounds all arrays together: an element of two bytes on the wire takes a hundred as an object. */
  constructor(bytes: Uint8Array, maxElements = defaultMaxElements) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.byteLength;
    this.#elementsLeft = maxElements;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#end - this.#offset;
  }

  bool(): boolean {
    return this.int8() !== 0;
  }

  int8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  /** An unsigned number of at most 32 bits, seven to a byte, least significant first. */
  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#view.getUint8(this.#take(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new CodecError("a variable-length number has more than 5 bytes");
  }

  uuid(): string {
    const at = this.#take(16);
    return this.#bytes.toString("base64url", at, at + 16);
  }

  /** Text of a length that was read before. */
  text(length: number): string {
    if (length > maxStringBytes)
      throw new CodecError(`a string of ${length} bytes is longer than Kafka allows`);
    const at = this.#take(length);
    return this.#bytes.toString("utf8", at, at + length);
  }

  /** A view of `length` bytes. */
  slice(length: number): Uint8Array {
    const at = this.#take(length);
    if (length === 0) return noBytes;
    return new Uint8Array(this.#bytes.buffer as ArrayBuffer, this.#bytes.byteOffset + at, length);
  }

  /** Fails unless `count` elements of at least `minBytes` each can still follow; call it before making the array. */
  expectElements(count: number, minBytes: number): void {
    if (count * minBytes > this.remaining) {
      throw new CodecError(`an array of ${count} elements cannot fit in the ${this.remaining} bytes left`);
    }
    this.#elementsLeft -= Math.max(0, count);
    if (this.#elementsLeft < 0) throw new CodecError("the message has more elements than are accepted");
  }

  /** Runs `read` on the next `length` bytes alone; it must use them up. */
  within<T>(length: number, read: (reader: Reader) => T): T {
    this.#expect(length);
    const outerEnd = this.#end;
    this.#end = this.#offset + length;
    const value = read(this);
    this.expectEnd();
    this.#end = outerEnd;
    return value;
  }

  /** Fails when something is left over: the bytes were of another message, or of another version. */
  expectEnd(): void {
    if (this.remaining > 0) throw new CodecError(`${this.remaining} bytes are left over`);
  }

  #take(length: number): number {
    this.#expect(length);
    const at = this.#offset;
    this.#offset = at + length;
    return at;
  }

  #expect(length: number): void {
    if (length < 0) throw new CodecError(`a length of ${length} is negative`);
    if (length > this.#end - this.#offset) {
      throw new CodecError(`${length} bytes are needed where ${this.remaining} are left`);
    }
  }
}

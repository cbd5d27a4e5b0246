import { type Random, randomInt } from "#base/random.ts";
import { produce } from "#protocol/apis/produce.ts";
import { encodeRequest } from "#protocol/message.ts";
import { encodeBatch, sealBatch } from "#protocol/records/batchWriter.ts";
import { batchLayout } from "#protocol/records/recordBatch.ts";

const sizeBytes = 4;
const headerBytes = 8;

/** What happens to a frame, its size in front. Some of it is what a fuzzer's flips would need years for. */
const mutations: readonly ((frame: Uint8Array, random: Random, other: Uint8Array) => Uint8Array)[] = [
  flipBytes,
  flipBytes,
  flipBytes,
  extremeNumber,
  extremeNumber,
  cutShort,
  lengthen,
  spliceWith,
  repeatChunk,
  otherVersion,
  wrongSize,
  (_frame, random) => spoiltBatch(random),
  (_frame, random) => withSize(randomBytes(random, randomInt(random, 64) + sizeBytes)),
];

/** A frame that was once a request; its size mostly still fits, so that more than the size is looked at. */
export function mutated(frames: readonly Uint8Array[], random: Random): Uint8Array {
  const frame = pick(frames, random);
  const mutate = pick(mutations, random);
  return mutate(frame.slice(), random, pick(frames, random));
}

function flipBytes(frame: Uint8Array, random: Random): Uint8Array {
  const flips = 1 + randomInt(random, 4);
  for (let flip = 0; flip < flips; flip++) {
    const from = random.next() < 0.05 ? 0 : headerBytes;
    frame[from + randomInt(random, frame.length - from)] =
      random.next() < 0.3 ? 0xff : randomInt(random, 256);
  }
  return frame;
}

/** Numbers at which lengths and counts go wrong, over some four bytes. */
function extremeNumber(frame: Uint8Array, random: Random): Uint8Array {
  const at = headerBytes + randomInt(random, Math.max(1, frame.length - headerBytes - sizeBytes));
  const value = pick([-1, -2, 0, 0x7fff_ffff, -0x8000_0000, 0x00ff_ffff, 0x7f7f_7f7f], random);
  if (at + sizeBytes <= frame.length) viewOf(frame).setInt32(at, value);
  return frame;
}

function cutShort(frame: Uint8Array, random: Random): Uint8Array {
  return withSize(frame.slice(0, Math.max(sizeBytes, randomInt(random, frame.length))));
}

function lengthen(frame: Uint8Array, random: Random): Uint8Array {
  return joined(frame, randomBytes(random, randomInt(random, 300)));
}

function spliceWith(frame: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  const head = frame.subarray(0, headerBytes + randomInt(random, frame.length - headerBytes));
  return joined(head, other.subarray(randomInt(random, other.length)));
}

function repeatChunk(frame: Uint8Array, random: Random): Uint8Array {
  const from = headerBytes + randomInt(random, frame.length - headerBytes);
  const chunk = frame.subarray(from, from + 1 + randomInt(random, 40));
  const times = 1 + randomInt(random, 50);
  return joined(frame.subarray(0, from), ...Array.from({ length: times }, () => chunk), frame.subarray(from));
}

/** The body of one version, read as that of another, or of another API. */
function otherVersion(frame: Uint8Array, random: Random): Uint8Array {
  const view = viewOf(frame);
  if (random.next() < 0.3) view.setInt16(sizeBytes, randomInt(random, 95));
  view.setInt16(6, randomInt(random, 20));
  return frame;
}

function wrongSize(frame: Uint8Array, random: Random): Uint8Array {
  viewOf(frame).setInt32(0, pick([-1, 0, 3, 0x7fff_ffff, frame.length, frame.length - 9], random));
  return frame;
}

/** A batch with a checksum that is right over contents that are not: what a decoder meets behind it. */
function spoiltBatch(random: Random): Uint8Array {
  const compression = pick(["none", "gzip", "snappy", "lz4", "zstd"] as const, random);
  const records = Array.from({ length: 1 + randomInt(random, 20) }, (_, index) => ({
    timestamp: BigInt(index),
    key: null,
    value: new Uint8Array(randomInt(random, 50)),
  }));
  const batch = encodeBatch({ baseOffset: 0n, records, compression });
  const flips = randomInt(random, 4);
  for (let flip = 0; flip < flips; flip++) {
    const at = batchLayout.attributes + randomInt(random, batch.length - batchLayout.attributes);
    batch[at] = pick([0, 0xff, 0x7f, 0x80, randomInt(random, 256)], random);
  }
  sealBatch(batch);
  const partition = { index: randomInt(random, 3), records: batch };
  return encodeRequest(
    produce,
    { version: pick([3, 7, 9, 12], random), correlationId: 1, clientId: "spoilt" },
    {
      acks: pick([0, 1, -1], random),
      timeoutMs: 100,
      topicData: [{ name: "orders", partitionData: [partition] }],
    },
  );
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return withSize(all);
}

/** The frame with the size in front that it has. */
export function withSize(frame: Uint8Array): Uint8Array {
  viewOf(frame).setInt32(0, frame.length - sizeBytes);
  return frame;
}

function viewOf(frame: Uint8Array): DataView {
  return new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
}

export function randomBytes(random: Random, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => randomInt(random, 256));
}

export function pick<T>(all: readonly T[], random: Random): T {
  const one = all[randomInt(random, all.length)];
  if (one === undefined) throw new Error("nothing to pick from");
  return one;
}

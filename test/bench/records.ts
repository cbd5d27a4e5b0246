// How fast record batches are read: `node test/bench/records.ts`. Best of several runs on one core.
//
// 4 MiB of 16 KiB batches with 10-byte keys, as a fetch of a busy partition gives them.

import { decodeBatch, readBatches, type WholeBatch } from "#protocol/records/batchReader.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import type { CompressionName } from "#protocol/records/compression/codec.ts";
import { crc32c } from "#protocol/records/crc32c.ts";
import { crc32cFallback } from "#protocol/records/crc32cFallback.ts";
import { batchLayout } from "#protocol/records/recordBatch.ts";

const setBytes = 4 * 1024 * 1024;
const batchBytes = 16 * 1024;
const runs = 8;
const runMs = 250;

function makeRecords(
  valueBytes: number,
  compression: CompressionName,
): { readonly bytes: Uint8Array; readonly records: number } {
  const perBatch = Math.floor(batchBytes / (valueBytes + 20));
  const batches: Uint8Array[] = [];
  let offset = 0;
  for (let total = 0; total < setBytes; total += perBatch * (valueBytes + 20)) {
    const records = Array.from({ length: perBatch }, (_, index) => ({
      timestamp: 1_700_000_000_000n + BigInt(index),
      key: new TextEncoder().encode(String(offset + index).padStart(10, "0")),
      value: new Uint8Array(valueBytes).map((_byte, at) => 97 + ((at * 7 + index * ((at >> 4) + 1)) % 26)),
      headers: [],
    }));
    batches.push(encodeBatch({ baseOffset: BigInt(offset), records, compression }));
    offset += perBatch;
  }
  return { bytes: Buffer.concat(batches), records: offset };
}

function wholeBatches(bytes: Uint8Array): Iterable<WholeBatch> {
  return readBatches(bytes) as Iterable<WholeBatch>;
}

const steps: readonly { readonly name: string; readonly run: (bytes: Uint8Array) => number }[] = [
  {
    name: "headers + CRC32C",
    run: (bytes) => {
      let sum = 0;
      for (const batch of wholeBatches(bytes)) sum ^= crc32c(batch.bytes.subarray(batchLayout.attributes));
      return sum;
    },
  },
  {
    name: "+ every record's layout, counted",
    run: (bytes) => {
      let count = 0;
      for (const batch of wholeBatches(bytes)) {
        const decoded = decodeBatch(batch);
        if (!decoded.ok) throw new Error(decoded.error.message);
        count += decoded.value.recordCount;
      }
      return count;
    },
  },
  {
    name: "+ a record object each",
    run: (bytes) => {
      let count = 0;
      for (const batch of wholeBatches(bytes)) {
        const decoded = decodeBatch(batch);
        if (!decoded.ok) throw new Error(decoded.error.message);
        for (const record of decoded.value.records) if (record) count++;
      }
      return count;
    },
  },
  {
    name: "+ key and value touched",
    run: (bytes) => {
      let sum = 0;
      for (const batch of wholeBatches(bytes)) {
        const decoded = decodeBatch(batch);
        if (!decoded.ok) throw new Error(decoded.error.message);
        for (const record of decoded.value.records) sum += (record.key?.[0] ?? 0) + (record.value?.[0] ?? 0);
      }
      return sum;
    },
  },
  {
    name: "+ offset and timestamp read",
    run: (bytes) => {
      let sum = 0n;
      for (const batch of wholeBatches(bytes)) {
        const decoded = decodeBatch(batch);
        if (!decoded.ok) throw new Error(decoded.error.message);
        for (const record of decoded.value.records) {
          if (record.key !== null && record.value !== null) sum ^= record.offset ^ record.timestamp;
        }
      }
      return Number(BigInt.asUintN(32, sum));
    },
  },
];

/** Units per second of CPU time, in the best of several windows. */
function best(units: number, run: () => void): number {
  let most = 0;
  for (let window = 0; window < runs; window++) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    let rounds = 0;
    do {
      run();
      rounds++;
    } while (performance.now() - start < runMs);
    const { user, system } = process.cpuUsage(cpu);
    most = Math.max(most, (rounds * units) / ((user + system) / 1e6));
  }
  return most;
}

function print(what: string, perSecond: number, bytesEach: number): void {
  const mega = (perSecond / 1e6).toFixed(2).padStart(7);
  const bytes = ((perSecond * bytesEach) / 1e6).toFixed(0).padStart(6);
  console.log(`${what.padEnd(44)} ${mega} M records/s ${bytes} MB/s`);
}

let sink = 0;
for (const [name, checksum] of [
  ["CRC32C", crc32c],
  ["CRC32C, JavaScript fallback", crc32cFallback],
] as const) {
  for (const size of [1024 * 1024, 1024, 100]) {
    const bytes = new Uint8Array(size).map((_, index) => index * 31);
    const rounds = Math.ceil(4e6 / size);
    const perSecond = best(rounds * size, () => {
      for (let round = 0; round < rounds; round++) sink ^= checksum(bytes);
    });
    console.log(`${`${name}, ${size} bytes`.padEnd(44)} ${(perSecond / 1e9).toFixed(2).padStart(7)} GB/s`);
  }
}
for (const valueBytes of [100, 1024]) {
  const { bytes, records } = makeRecords(valueBytes, "none");
  for (const { name, run } of steps) {
    const perSecond = best(records, () => {
      sink ^= run(bytes);
    });
    print(`${valueBytes} B values: ${name}`, perSecond, bytes.length / records);
  }
}
for (const compression of ["gzip", "snappy", "lz4", "zstd"] as const) {
  const { bytes, records } = makeRecords(1024, compression);
  const perSecond = best(records, () => {
    for (const batch of wholeBatches(bytes)) if (decodeBatch(batch).ok) sink++;
  });
  print(`1024 B values, ${compression}: decoded`, perSecond, 1044);
}
console.log(`(${process.version}; ${sink === 0.5 ? sink : "CPU time, best of"} ${runs} windows)`);

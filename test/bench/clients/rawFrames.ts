// Writes batches made beforehand and reads them back, as frames that nobody looks into: what a broker itself can do.
// node rawFrames.ts servers topic megabytes; prints one JSON object.
import { parseAddress } from "#network/address.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { produce } from "#protocol/apis/produce.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { RawClient } from "#test/playground/rawClient.ts";

const partitions = 6;
const batchBytes = 64 * 1024;
const inFlight = 4;
const [servers = "", topic = "", megabytes = "100"] = process.argv.slice(2);
const bytes = Number(megabytes) * 1e6;

const endpoint = parseAddress(servers.split(",")[0] ?? "");
if (endpoint === undefined) throw new Error(`no address in ${servers}`);
const records = Array.from({ length: batchBytes / 1_024 }, (_, index) => ({
  timestamp: BigInt(Date.now()),
  key: null,
  value: new Uint8Array(1_000).fill(97 + (index % 26)),
}));
const batch = encodeBatch({ baseOffset: 0n, records });
const client = await RawClient.connect(tcpTransport, endpoint);

/** Where each partition begins: what a bound on memory took away cannot be read. */
const starts = Array.from({ length: partitions }, () => 0n);

/** Runs `once` again and again, some at a time, until it has moved as many bytes as wanted. */
async function measured(once: () => Promise<number>) {
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
  let moved = 0;
  const worker = async () => {
    while (moved < bytes) {
      const bytesMoved = await once();
      moved += bytesMoved;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { megabytes: moved / 1e6, seconds, cpuSeconds: (user + system) / 1e6 };
}

async function write(): Promise<number> {
  const partitionData = Array.from({ length: partitions }, (_, index) => ({ index, records: batch }));
  const body = { acks: 1, timeoutMs: 30_000, topicData: [{ name: topic, partitionData }] };
  const { responses } = await client.call(produce, body, { version: 9 });
  for (const { index, errorCode, logStartOffset } of responses.flatMap((each) => each.partitionResponses)) {
    if (errorCode !== 0) throw new Error("a batch was refused");
    starts[index] = logStartOffset;
  }
  return batch.length * partitions;
}

async function read(): Promise<number> {
  const wanted = starts.map((fetchOffset, partition) => ({
    partition,
    fetchOffset,
    partitionMaxBytes: 1_048_576,
  }));
  const topics = [{ topic, partitions: wanted }];
  const body = { maxWaitMs: 500, minBytes: 1, maxBytes: 50_000_000, topics };
  const { responses } = await client.call(fetch, body, { version: 12 });
  const all = responses.flatMap((each) => each.partitions);
  const got = all.reduce((sum, { records: part }) => sum + (part?.length ?? 0), 0);
  if (got === 0) throw new Error("nothing was read");
  return got;
}

const written = await measured(write);
const readBack = await measured(read);
client.close();
process.stdout.write(`${JSON.stringify({ written, readBack })}\n`);

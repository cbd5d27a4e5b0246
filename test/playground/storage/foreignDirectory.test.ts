import { expect, test } from "vitest";
import { DataFilesError } from "#base/dataFiles.ts";
import { encodeFrame } from "#playground/storage/frames.ts";
import { PlaygroundStorage } from "#playground/storage/playgroundStorage.ts";
import { MemoryDataFiles } from "#test/support/memoryDataFiles.ts";
import { batchWith, storedBroker } from "./storedBroker.ts";

const topicFile = "topics/AAAAAAAAAAAAAAAAAAAAAQ/0/00000001.log";

function bytes(text: string): Uint8Array {
  return Buffer.from(text);
}

function journal(...entries: readonly unknown[]): Uint8Array {
  return Buffer.concat(entries.map((entry) => encodeFrame(1, bytes(JSON.stringify(entry)))));
}

function filesWith(contents: Readonly<Record<string, Uint8Array>>): MemoryDataFiles {
  const files = new MemoryDataFiles();
  for (const [file, content] of Object.entries(contents)) files.contents.set(file, content);
  return files;
}

const cluster = { type: "cluster", kafkaClusterId: "abcdefghijklmnopqrstuv" };

test.each([
  ["a folder topics and nothing else", { "topics/my-notes/thesis.md": bytes("precious") }, "no journal.log"],
  ["records whose journal is lost", { [topicFile]: bytes("records") }, "no journal.log"],
  [
    "records whose journal is empty",
    { [topicFile]: bytes("records"), "journal.log": bytes("") },
    "no journal.log",
  ],
  ["a journal.log of something else", { "journal.log": bytes("Dear diary, today") }, "did not write"],
  [
    "a journal that is nothing but zeros",
    { [topicFile]: bytes("records"), "journal.log": new Uint8Array(4096) },
    "did not write",
  ],
  [
    "entries of a newer version",
    { [topicFile]: bytes("records"), "journal.log": journal(cluster, { type: "topicV2", topicId: "A" }) },
    "newer version",
  ],
  [
    "the format of a newer version",
    { "journal.log": journal({ type: "format", version: 2 }, cluster) },
    "newer version",
  ],
])("a directory with %s is refused, and stays as it is", (_what, contents, why) => {
  const files = filesWith(contents);
  const before = new Map(files.contents);

  const opened = () => PlaygroundStorage.open(files, () => {});

  expect(opened).toThrow(DataFilesError);
  expect(opened).toThrow(why);
  expect(files.contents).toEqual(before);
  expect(files.isLocked).toBe(false);
});

test("what is no topic of ours stays in a directory of ours", async () => {
  const files = new MemoryDataFiles();
  const { broker, stop } = await storedBroker(files);
  const topic = broker.topics.create("orders", { partitions: 1, replicationFactor: 1 });
  const [log] = topic.partitions;
  if (log) broker.append(log, batchWith(["a"]));
  stop();
  const ofOthers = ["topics/readme.md", "topics/my-notes/thesis.md", `topics/${topic.topicId}/0/note.txt`];
  for (const file of ofOthers) files.contents.set(file, bytes("precious"));
  files.contents.set(topicFile, bytes("of a topic that is gone"));
  files.contents.set(`topics/${topic.topicId}/0/00000002.log.new`, bytes("unfinished"));

  const { notices } = await storedBroker(files);

  expect(notices).toEqual([]);
  expect(
    Array.from(files.contents.keys())
      .filter((file) => file.startsWith("topics/"))
      .toSorted(),
  ).toEqual([...ofOthers, `topics/${topic.topicId}/0/00000001.log`].toSorted());
});

test("a directory says from the start in which format it is written", async () => {
  const files = new MemoryDataFiles();
  await storedBroker(files);

  const text = Buffer.from(files.contents.get("journal.log") ?? []).toString("latin1");

  expect(text.indexOf('{"type":"format","version":1}')).toBe(9);
});

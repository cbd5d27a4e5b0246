import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { realFiles } from "#host/realFiles.ts";

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "groupscope-files-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function textOf(file: string): Promise<string> {
  const parts: string[] = [];
  for await (const piece of realFiles.pieces(file)) parts.push(new TextDecoder().decode(piece));
  return parts.join("");
}

test("a file is made once, with its directory, and grows", async () => {
  const file = join(scratch(), "deep", "a.jsonl");

  await realFiles.create(file, "one\n");
  const appended = await realFiles.append(file, "two\n");

  expect(appended).toBe(true);
  expect(await textOf(file)).toBe("one\ntwo\n");
  await expect(realFiles.create(file, "again")).rejects.toThrow(/EEXIST/);
});

test("a file that was removed is not appended to", async () => {
  const file = join(scratch(), "a.jsonl");
  await realFiles.create(file, "one\n");
  await realFiles.remove(file);

  expect(await realFiles.append(file, "two\n")).toBe(false);
  expect(await realFiles.list(join(file, ".."))).toEqual([]);
});

test("a large file comes in pieces that together are all of it", async () => {
  const file = join(scratch(), "large.jsonl");
  const text = Array.from({ length: 30_000 }, (_, index) => `line ${index}\n`).join("");
  await realFiles.create(file, text);

  expect(await textOf(file)).toBe(text);
  expect(await realFiles.size(file)).toBe(text.length);
});

test("the files of a directory are listed with size and time, other things are not", async () => {
  const directory = scratch();
  const before = Date.now();
  await realFiles.create(join(directory, "a.jsonl"), "12345");
  await realFiles.create(join(directory, "sub", "b.jsonl"), "");

  const listed = await realFiles.list(directory);

  expect(listed).toEqual([{ name: "a.jsonl", bytes: 5, modifiedAt: expect.any(Number) }]);
  expect(Math.abs((listed[0]?.modifiedAt ?? 0) - before)).toBeLessThan(60_000);
  expect(await realFiles.list(join(directory, "none"))).toEqual([]);
});

test("a file that is not there, and a directory, cannot be read", async () => {
  const directory = scratch();

  await expect(textOf(join(directory, "none"))).rejects.toThrow(/ENOENT/);
  await expect(textOf(directory)).rejects.toThrow(/EISDIR/);
});

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dataDirectory } from "#node/dataDirectory.ts";
import { spawnGuarded } from "#test/support/guardedProcess.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), "groupscope-data-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString();
}

describe("a directory of the disk", () => {
  test("holds what was appended as soon as that returns, in folders it makes itself", () => {
    const files = dataDirectory(path.join(directory, "new"));

    files.append("a/b/c.log", Buffer.from("one"));
    files.append("a/b/c.log", Buffer.from("two"));

    expect(text(files.read("a/b/c.log"))).toBe("onetwo");
    expect(files.list("a/b")).toEqual(["c.log"]);
  });

  test("goes on with more files than it keeps open", () => {
    const files = dataDirectory(directory);
    const names = Array.from({ length: 200 }, (_, index) => `${index}.log`);

    for (const round of ["a", "b"]) for (const name of names) files.append(name, Buffer.from(round));

    expect(new Set(names.map((name) => text(files.read(name))))).toEqual(new Set(["ab"]));
  });

  test("appends to what is there after a cut, a replacement and a removal", () => {
    const files = dataDirectory(directory);
    for (const name of ["cut", "replaced", "removed"]) files.append(name, Buffer.from("123456"));

    files.truncate("cut", 2);
    files.replace("replaced", [Buffer.from("n"), Buffer.from("ew")]);
    files.remove("removed");
    for (const name of ["cut", "replaced", "removed"]) files.append(name, Buffer.from("+"));

    expect(["cut", "replaced", "removed"].map((name) => text(files.read(name)))).toEqual([
      "12+",
      "new+",
      "+",
    ]);
  });

  test("moves a folder in place of what was there", () => {
    const files = dataDirectory(directory);
    files.append("from/x", Buffer.from("new"));
    files.append("to/y", Buffer.from("old"));

    files.rename("from", "to");

    expect([files.list("from"), files.list("to")]).toEqual([[], ["x"]]);
  });

  test("has nothing where nothing is", () => {
    const files = dataDirectory(directory);

    files.remove("nothing");

    expect([files.read("nothing"), files.list("nothing")]).toEqual([undefined, []]);
  });
});

describe("the lock of a directory", () => {
  test("keeps a second process out while the first one lives", async () => {
    const other = spawnGuarded(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, "lock"), `${other.child.pid}\n`);
    const files = dataDirectory(directory);

    expect(() => files.lock()).toThrow(`in use by process ${other.child.pid}`);

    await other.stop();
    const lock = files.lock();
    lock.dispose();
    expect(existsSync(path.join(directory, "lock"))).toBe(false);
  });

  test.each(["", "x", "0", `${process.pid}`])("that holds %j counts for nothing", (content) => {
    writeFileSync(path.join(directory, "lock"), content);

    const lock = dataDirectory(directory).lock();

    lock.dispose();
  });
});

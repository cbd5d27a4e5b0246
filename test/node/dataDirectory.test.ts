import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { dataDirectory } from "#node/dataDirectory.ts";
import { spawnGuarded } from "#test/support/guardedProcess.ts";
import { runProgram } from "#test/support/runProgram.ts";

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

test.runIf(existsSync("/proc/self"))(
  "a directory that cannot be made is an error, and does not take for ever",
  () => {
    expect(() => dataDirectory("/proc/groupscope/data").lock()).toThrow("ENOENT");
  },
);

test.runIf(existsSync("/dev/full"))("a disk that is full is named with the file it has no room for", () => {
  symlinkSync("/dev/full", path.join(directory, "full.log"));

  const write = () => dataDirectory(directory).append("full.log", Buffer.from("x"));

  expect(write).toThrow(`'${path.join(directory, "full.log")}'`);
});

function writeLock(content: string, { secondsAgo }: { readonly secondsAgo: number }): void {
  const file = path.join(directory, "lock");
  writeFileSync(file, content);
  const then = new Date(Date.now() - secondsAgo * 1_000);
  utimesSync(file, then, then);
}

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

  test.each(["", "0", `${process.pid}`])("that holds %j counts for nothing", (content) => {
    writeLock(content, { secondsAgo: 60 });

    const lock = dataDirectory(directory).lock();

    lock.dispose();
  });

  test.each([
    ["of another container", `1\nelsewhere\n1\n`],
    ["of another process with the same number", `${process.pid}\n${hostname()}\n1\n`],
  ])("%s keeps out while its writer was seen just now", (_whose, content) => {
    writeLock(content, { secondsAgo: 1 });
    expect(() => dataDirectory(directory).lock()).toThrow("is in use by process");

    writeLock(content, { secondsAgo: 60 });
    dataDirectory(directory).lock().dispose();
  });

  test("shows again and again that its writer lives", async () => {
    const lock = dataDirectory(directory).lock();
    const longAgo = new Date(1_000);
    utimesSync(path.join(directory, "lock"), longAgo, longAgo);

    await vi.waitFor(() => expect(statSync(path.join(directory, "lock")).mtimeMs).toBeGreaterThan(2_000), {
      timeout: 10_000,
    });

    lock.dispose();
  });

  test("is not taken for one when it is a file of somebody else", () => {
    writeLock("a key, a door", { secondsAgo: 60 });

    expect(() => dataDirectory(directory).lock()).toThrow("did not write");
    expect(readFileSync(path.join(directory, "lock"), "utf8")).toBe("a key, a door");
  });

  test("that many want at once is had by one", async () => {
    writeLock("999999999\nelsewhere\n1\n", { secondsAgo: 60 });
    const count = 6;
    // Each holds what it got until all have tried.
    const program = `
      import { readdirSync, writeFileSync } from "node:fs";
      import { dataDirectory } from "#node/dataDirectory.ts";
      const directory = ${JSON.stringify(directory)};
      try { dataDirectory(directory).lock(); console.log("had"); } catch { console.log("not"); }
      writeFileSync(directory + "/tried-" + process.pid, "");
      setInterval(() => {
        if (readdirSync(directory).filter((name) => name.startsWith("tried-")).length === ${count}) process.exit();
      }, 50);`;

    const said = await Promise.all(
      Array.from({ length: count }, async () => {
        const { stdout } = await runProgram(process.execPath, ["--input-type=module", "-e", program]);
        return stdout.trim();
      }),
    );

    expect(said.toSorted()).toEqual(["had", "not", "not", "not", "not", "not"]);
  });
});

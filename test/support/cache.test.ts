import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cached } from "./cache.ts";

let cache: string;

beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), "groupscope-cache-"));
  vi.stubEnv("GROUPSCOPE_CACHE", cache);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

test("a folder is filled once and then found", async () => {
  const fill = vi.fn(async (folder: string) => writeFileSync(path.join(folder, "jar"), ""));

  const first = await cached("jars", fill);
  const second = await cached("jars", fill);

  expect(second).toBe(first);
  expect(fill).toHaveBeenCalledTimes(1);
  expect(existsSync(path.join(first, "jar"))).toBe(true);
});

test("a fill that fails leaves nothing that looks finished", async () => {
  const failing = cached("jars", async (folder) => {
    writeFileSync(path.join(folder, "half"), "");
    throw new Error("no network");
  });

  await expect(failing).rejects.toThrow("no network");
  expect(readdirSync(cache)).toEqual([]);
});

test("of two that fill at once both get the same whole folder", async () => {
  const fill = async (folder: string) => writeFileSync(path.join(folder, "jar"), "");

  const folders = await Promise.all([cached("jars", fill), cached("jars", fill)]);

  expect(new Set(folders).size).toBe(1);
  expect(readdirSync(cache)).toEqual(["jars"]);
});

import type { Tool } from "./machine.ts";

/** One npm script of package.json, as a part of the whole test run. */
export interface Stage {
  readonly name: string;
  readonly script: string;
  /** Where its counts come from: a check has none and counts as one. */
  readonly counts: "check" | "vitest" | "mocha";
  readonly needs?: readonly Tool[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The package that the end-to-end tests install, as users will. */
const vsix = "test-results/groupscope.vsix";

/** Everything, cheapest first. */
export const stages: readonly Stage[] = [
  { name: "types", script: "typecheck", counts: "check" },
  { name: "lint", script: "lint", counts: "check" },
  { name: "layers", script: "layers", counts: "check" },
  { name: "dead code", script: "unused", counts: "check" },
  { name: "generated protocol", script: "protocol:check", counts: "check" },
  { name: "unit", script: "test:unit", counts: "vitest" },
  { name: "unit without zstd", script: "test:zstd-fallback", counts: "vitest" },
  { name: "conformance", script: "test:conformance", counts: "vitest", needs: ["jdk", "maven"] },
  { name: "hostile input", script: "fuzz", counts: "check" },
  { name: "simulation", script: "test:simulation", counts: "vitest" },
  { name: "integration", script: "test:integration", counts: "vitest", needs: ["jdk", "maven", "openssl"] },
  {
    name: "interop",
    script: "test:interop",
    counts: "vitest",
    needs: ["jdk", "maven", "openssl", "python", "kcat"],
  },
  { name: "build", script: "build", counts: "check" },
  { name: "in VS Code", script: "test:extension", counts: "mocha", needs: ["chromium"] },
  { name: "package", script: "package", counts: "check", args: ["--out", vsix] },
  {
    name: "end to end",
    script: "test:e2e",
    counts: "vitest",
    needs: ["chromium"],
    env: { GROUPSCOPE_VSIX: vsix },
  },
];

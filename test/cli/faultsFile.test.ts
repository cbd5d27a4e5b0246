import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DisposableStore } from "#base/lifecycle.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { RawClient } from "#test/playground/rawClient.ts";
import { type CliPlayground, startCli } from "./support/cliProcess.ts";

const waiting = { timeout: 10_000, interval: 20 };
const delayed = (api: string, title: string) => ({
  match: { api },
  action: { kind: "delay", delayMs: 1 },
  title,
});
const held = { match: { api: "Metadata" }, action: { kind: "hold" }, title: "hold" };

let owned = new DisposableStore();
let file: string;

beforeEach(() => {
  const directory = mkdtempSync(path.join(tmpdir(), "groupscope-rules-"));
  owned.add({ dispose: () => rmSync(directory, { recursive: true, force: true }) });
  file = path.join(directory, "rules.json");
});

afterEach(() => {
  owned.dispose();
  owned = new DisposableStore();
});

/** As an editor saves: another file takes the place of the one that was there. */
function save(...rules: readonly unknown[]): void {
  writeFileSync(`${file}.new`, JSON.stringify(rules));
  renameSync(`${file}.new`, file);
}

async function start(...rules: readonly unknown[]) {
  save(...rules);
  const cli = await startCli("--port", "0", "--topic", "orders", "--faults", file);
  owned.add({ dispose: () => cli.process.signal("SIGKILL") });
  const client = await RawClient.connect(tcpTransport, { host: "127.0.0.1", port: 0, ...cli.ready.nodes[0] });
  owned.add({ dispose: () => client.close() });
  return { cli, client };
}

interface Line {
  readonly event: string;
  readonly problems?: readonly string[];
  readonly faults: readonly {
    readonly title: string;
    readonly hits: number;
    readonly holding: number;
    readonly enabled: boolean;
  }[];
}

function nextLine(cli: CliPlayground, after = 0): Promise<Line> {
  return vi.waitFor(() => {
    const line = cli.lines()[after];
    if (line === undefined) throw new Error(`nothing was printed: ${cli.complaints()}`);
    return JSON.parse(line) as Line;
  }, waiting);
}

const counted = ({ event, faults }: Line) => [event, ...faults.map(({ title, hits }) => `${title} ${hits}×`)];
const askVersions = (client: RawClient) =>
  client.call(apiVersions, { clientSoftwareName: "test", clientSoftwareVersion: "1" });

describe("a file of rules that changes while the playground runs", () => {
  test("is put into force: what stayed goes on counting, in the order of the file", async () => {
    const { cli, client } = await start(delayed("ApiVersions", "versions"), delayed("Fetch", "fetch"));
    await askVersions(client);

    save(delayed("Metadata", "metadata"), delayed("ApiVersions", "versions"));
    const changed = await nextLine(cli);
    await askVersions(client);
    await client.call(metadata, { topics: [] });
    cli.process.signal("SIGTERM");

    expect(counted(changed)).toEqual(["faults", "metadata 0×", "versions 1×"]);
    expect(counted(await nextLine(cli, 1))).toEqual(["stopped", "metadata 1×", "versions 2×"]);
    expect(await cli.process.ended).toEqual({ code: 0, signal: null });
  });

  test.skipIf(process.platform === "win32")("lets go what a rule held that is gone", async () => {
    const { cli, client } = await start(held);
    const answer = client.call(metadata, { topics: [] });
    const holding = () => (JSON.parse(cli.lines().at(-1) ?? "{}") as Partial<Line>).faults?.[0]?.holding;
    await vi.waitFor(() => {
      cli.process.signal("SIGUSR2");
      if (holding() !== 1) throw new Error("it is not held yet");
    }, waiting);

    save();

    expect((await answer).brokers).toHaveLength(1);
    await vi.waitFor(() => {
      if (holding() !== undefined) throw new Error("the rule is still there");
    }, waiting);
  });

  test("changes nothing when it is wrong, and says what is wrong and where", async () => {
    const { cli, client } = await start(delayed("ApiVersions", "versions"));

    save(delayed("ApiVersions", "versions"), { match: { api: "Sync" }, action: { kind: "hold" } });
    const refused = await nextLine(cli);
    await askVersions(client);
    cli.process.signal("SIGTERM");

    expect(refused).toMatchObject({
      event: "faultsRefused",
      problems: ['rules[1].match.api: "Sync" is no API of Kafka'],
      faults: [{ title: "versions", hits: 0, enabled: true }],
    });
    expect(counted(await nextLine(cli, 1))).toEqual(["stopped", "versions 1×"]);
    expect(cli.complaints()).toBe(
      `groupscope: --faults ${file}: rules[1].match.api: "Sync" is no API of Kafka\n  The rules from before stay in force.\n`,
    );
  });

  test("may be away for a while", async () => {
    const { cli } = await start(delayed("ApiVersions", "versions"));

    rmSync(file);
    const refused = await nextLine(cli);
    save(delayed("Fetch", "fetch"));

    expect(refused.problems?.[0]).toContain("the file cannot be read");
    expect(counted(await nextLine(cli, 1))).toEqual(["faults", "fetch 0×"]);
  });
});

test.skipIf(process.platform === "win32")("SIGUSR2 asks how often each rule struck", async () => {
  const { cli, client } = await start(delayed("ApiVersions", "versions"));
  await askVersions(client);

  cli.process.signal("SIGUSR2");

  expect(counted(await nextLine(cli))).toEqual(["faults", "versions 1×"]);
});

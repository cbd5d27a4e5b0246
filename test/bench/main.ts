// Measures and prints; asserts nothing on time. `npm run bench -- throughput --records 2000000 --rounds 3`; some of it:
// `--codecs none,lz4 --sizes 100 --clients ours,kafkajs,franz-go`; of the playground: `--clients "raw,scale,franz-go,Java"`
import { parseArgs } from "node:util";
import { benchBundles } from "./bundles.ts";
import { benchEditor } from "./editor.ts";
import { benchPlayground } from "./playground.ts";
import { benchThroughput } from "./throughput.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    records: { type: "string", default: "1500000" },
    megabytes: { type: "string", default: "400" },
    rounds: { type: "string", default: "3" },
    codecs: { type: "string", default: "" },
    sizes: { type: "string", default: "" },
    clients: { type: "string", default: "" },
  },
});

const parts: Readonly<Record<string, () => Promise<void>>> = {
  throughput: () =>
    benchThroughput({
      records: Number(values.records),
      rounds: Number(values.rounds),
      codecs: namesIn(values.codecs),
      sizes: namesIn(values.sizes),
      clients: namesIn(values.clients),
    }),
  playground: () =>
    benchPlayground({
      records: Number(values.records),
      megabytes: Number(values.megabytes),
      rounds: Number(values.rounds),
      clients: namesIn(values.clients),
    }),
  bundles: () => benchBundles(),
  editor: () => benchEditor({ rounds: Number(values.rounds) }),
};

function namesIn(list: string): readonly string[] {
  return list.split(",").filter((name) => name !== "");
}

const unknown = positionals.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(", ")}; there are: ${Object.keys(parts).join(", ")}`);
  process.exitCode = 2;
} else {
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}`);
  for (const [name, run] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    console.log(`\n━━ ${name}`);
    await run();
  }
}

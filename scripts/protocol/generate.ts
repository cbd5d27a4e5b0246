// Writes the files of src/protocol that come from Kafka's own message definitions. Needs Maven and a JDK.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprintOf, fingerprintPath } from "./fingerprint.ts";
import { missingTools } from "./kafkaClients.ts";
import { produce } from "./produce.ts";

const target = join(import.meta.dirname, "../../src/protocol");

if (missingTools().length > 0) {
  console.error(
    `Missing: ${missingTools().join(", ")}. Install: apt-get install -y openjdk-17-jdk-headless maven`,
  );
  process.exit(1);
}

const files = produce();
mkdirSync(join(target, "apis"), { recursive: true });
mkdirSync(join(target, "data"), { recursive: true });
for (const name of readdirSync(join(target, "apis"))) {
  if (!files.has(`apis/${name}`)) rmSync(join(target, "apis", name));
}
for (const [path, text] of files) writeFileSync(join(target, path), text);
writeFileSync(fingerprintPath, `${fingerprintOf(files)}\n`);
console.log(`protocol: ${files.size} files written`);

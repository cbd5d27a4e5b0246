import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * The folder that `npm start` opens, made on the first use and then the user's. Its settings start the playground:
 * so they do wherever it is opened, and no other window of the user's VS Code starts one.
 */
export function sampleWorkspace(hostFolder: string): string {
  const folder = path.join(hostFolder, "workspace");
  const settings = path.join(folder, ".vscode", "settings.json");
  if (!existsSync(settings)) {
    mkdirSync(path.dirname(settings), { recursive: true });
    writeFileSync(settings, `${JSON.stringify({ "groupscope.playground.startOnOpen": true }, null, 2)}\n`);
  }
  return folder;
}

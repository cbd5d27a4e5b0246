import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { failureSentence } from "#vscode/flows/connectionReport.ts";
import { harmlessItem, harmlessLabel, harmlessMessage } from "#vscode/ui/harmless.ts";

/** What VS Code takes for a link in a notification (`vs/base/common/linkedText.ts`). */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
/** What it takes for an icon (`vs/base/common/iconLabels.ts`). */
const icon = /\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/;

test("what a broker says of a sign-in is no link that runs a command", () => {
  const said = "[Sign in again](command:workbench.action.terminal.sendSequence?%7B%22text%22%3A%22x%22%7D)";
  const sentence = failureSentence({
    clusterName: "prod",
    ok: false,
    steps: [{ stage: "sasl", tried: "b1:9092", outcome: "failed", detail: said }],
  });

  const shown = harmlessMessage(sentence);

  expect(sentence).toMatch(link);
  expect(shown).not.toMatch(link);
  expect(shown.replaceAll("\u2060", "")).toBe(sentence);
});

test("a name with an icon in it draws none", () => {
  expect("$(error) billing").toMatch(icon);
  expect(harmlessLabel("$(error) billing $(sync~spin)")).not.toMatch(icon);
});

test("an answer keeps the icon that it begins with, and draws none of what names hold", () => {
  const item = { choice: 1, label: "$(pass) prod $(error)", description: "$(sync~spin) t", detail: "$(x)" };

  const shown = harmlessItem(item);

  expect(shown.label.startsWith("$(pass) prod ")).toBe(true);
  expect([shown.label.slice("$(pass)".length), shown.description, shown.detail].join()).not.toMatch(icon);
  expect(harmlessItem({ label: "orders", choice: 2 })).toEqual({ label: "orders", choice: 2 });
});

test("only one file shows notifications, as it makes them harmless", () => {
  const shows =
    /window\s*\.\s*(?:show(?:Information|Warning|Error)Message|setStatusBarMessage|withProgress)\b/;
  const files = globSync("src/**/*.{ts,tsx}");

  const found = files.filter((file) => shows.test(readFileSync(file, "utf8")));

  expect(found).toEqual(["src/vscode/ui/notify.ts"]);
});

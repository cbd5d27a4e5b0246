/** Folders whose job it is to touch the real clock, randomness and timers (ARCHITECTURE.md, I2). */
const allowed = /^src\/(node|vscode|webview|cli)\/|^src\/extension\.ts$/;

const forbidden =
  /\b(Date\.now|performance\.now|setTimeout|setInterval|setImmediate|process\.nextTick|AbortSignal\.timeout|Math\.random|randomUUID|randomBytes|getRandomValues)\b/;

/** Uses of real time or randomness where they have to be injected, as `file:line: what`. */
export function findRealTime(file: string, text: string): readonly string[] {
  if (allowed.test(file)) return [];
  return text.split("\n").flatMap((line, index) => {
    const code = line.replace(/^\s*(\*|\/\*\*|\/\/).*|\/\/ .*$/, "");
    const found = forbidden.exec(code)?.[0];
    return found === undefined ? [] : [`real time or randomness: ${file}:${index + 1}: ${found}`];
  });
}

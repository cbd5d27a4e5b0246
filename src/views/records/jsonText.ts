/**
 * JSON with line breaks and indentation, token by token: parsing and writing it again would round numbers beyond
 * 2^53, and a debugger must show what is in the record. Works on JSON that is cut off, too.
 */
export function indentJson(text: string): string {
  const tokens = text.match(token) ?? [];
  let out = "";
  let depth = 0;
  for (const [index, each] of tokens.entries()) {
    const before = tokens[index - 1];
    if (isClosing(each)) depth = Math.max(0, depth - 1);
    out += gap(before, each, depth) + each;
    if (isOpening(each)) depth += 1;
  }
  return out;
}

/** What stands between two tokens. */
function gap(before: string | undefined, after: string, depth: number): string {
  if (before === ":") return " ";
  if (isClosing(after)) return isOpening(before) ? "" : newLine(depth);
  return isOpening(before) || before === "," ? newLine(depth) : "";
}

function isOpening(sign: string | undefined): boolean {
  return sign === "{" || sign === "[";
}

function isClosing(sign: string): boolean {
  return sign === "}" || sign === "]";
}

/** A string (also one that is cut off), a sign, or anything else between spaces. */
const token = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|[{}[\],:]|[^\s{}[\],:"]+/g;

function newLine(depth: number): string {
  return `\n${"  ".repeat(Math.min(depth, 100))}`;
}

/** Text in one line: whatever breaks lines becomes a space. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

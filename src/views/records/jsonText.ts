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
    if (each === "}" || each === "]") {
      depth = Math.max(0, depth - 1);
      out += before === "{" || before === "[" ? each : newLine(depth) + each;
    } else if (before === "{" || before === "[") {
      out += newLine(depth) + each;
    } else {
      out += (before === "," ? newLine(depth) : "") + each;
    }
    if (each === ":") out += " ";
    if (each === "{" || each === "[") depth += 1;
  }
  return out;
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

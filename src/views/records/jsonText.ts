/**
 * JSON with line breaks and indentation, character by character: parsing and writing it again would round numbers
 * beyond 2^53, and a debugger must show what is in the record. Works on JSON that is cut off, too.
 */
export function indentJson(text: string): string {
  let out = "";
  let depth = 0;
  let position = 0;
  const newLine = () => `\n${"  ".repeat(Math.min(depth, 100))}`;
  while (position < text.length) {
    const character = text[position] ?? "";
    if (character === '"') {
      const end = endOfString(text, position);
      out += text.slice(position, end);
      position = end;
      continue;
    }
    position += 1;
    if (character === "{" || character === "[") {
      const close = character === "{" ? "}" : "]";
      const next = skipSpace(text, position);
      if (text[next] === close) {
        out += character + close;
        position = next + 1;
      } else {
        depth += 1;
        out += character + newLine();
      }
    } else if (character === "}" || character === "]") {
      depth = Math.max(0, depth - 1);
      out += newLine() + character;
    } else if (character === ",") {
      out += character + newLine();
    } else if (character === ":") {
      out += ": ";
    } else if (!isSpace(character)) {
      out += character;
    }
  }
  return out;
}

/** Text in one line: whatever breaks lines becomes a space. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** Behind the closing quote, or the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  for (let position = start + 1; position < text.length; position += 1) {
    if (text[position] === "\\") position += 1;
    else if (text[position] === '"') return position + 1;
  }
  return text.length;
}

function skipSpace(text: string, start: number): number {
  let position = start;
  while (position < text.length && isSpace(text[position] ?? "")) position += 1;
  return position;
}

function isSpace(character: string): boolean {
  return character === " " || character === "\n" || character === "\r" || character === "\t";
}

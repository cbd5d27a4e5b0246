import type { HexLine } from "#webview/requests/contract.ts";

const lineBytes = 16;

/** Bytes as lines of sixteen, beginning with the line that holds `fromOffset`; at most so many lines. */
export function hexLines(
  bytes: Uint8Array,
  { fromOffset, maxLines }: { readonly fromOffset: number; readonly maxLines: number },
): readonly HexLine[] {
  const last = Math.max(0, Math.ceil(bytes.length / lineBytes) - maxLines);
  const first = Math.min(last, Math.floor(Math.max(0, fromOffset) / lineBytes));
  const lines: HexLine[] = [];
  for (let line = first; line < first + maxLines && line * lineBytes < bytes.length; line += 1) {
    const offset = line * lineBytes;
    const part = bytes.subarray(offset, offset + lineBytes);
    lines.push({
      offset,
      digits: Array.from(part, (byte) => byte.toString(16).padStart(2, "0")).join(""),
      text: Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join(
        "",
      ),
    });
  }
  return lines;
}

/** All of it as text, as `hexdump -C` writes it. */
export function hexDump(bytes: Uint8Array): string {
  return hexLines(bytes, { fromOffset: 0, maxLines: Number.POSITIVE_INFINITY })
    .map(({ offset, digits, text }) => {
      const pairs = (digits.match(/../g) ?? []).map((pair, index) => (index === 8 ? ` ${pair}` : pair));
      return `${offset.toString(16).padStart(8, "0")}  ${pairs.join(" ").padEnd(48)}  |${text}|`;
    })
    .join("\n");
}

import type { HexLine } from "./contract.ts";

/** Offset, two spaces, three characters a byte, a space, one character a byte. */
const charactersOf = (bytes: number) => 8 + 2 + bytes * 3 + 1 + bytes;

/** As many bytes in a line as there is room for, so that their text does not end up out of sight. */
export function lineBytesIn(widthPx: number, characterPx: number): number {
  return [16, 8].find((bytes) => charactersOf(bytes) * characterPx <= widthPx) ?? 4;
}

/** The same bytes in shorter lines; `lineBytes` divides the length of those that are given. */
export function splitLines(lines: readonly HexLine[], lineBytes: number): readonly HexLine[] {
  return lines.flatMap(({ offset, digits, text }) =>
    Array.from({ length: Math.ceil(text.length / lineBytes) }, (_, index) => {
      const from = index * lineBytes;
      return {
        offset: offset + from,
        digits: digits.slice(from * 2, (from + lineBytes) * 2),
        text: text.slice(from, from + lineBytes),
      };
    }),
  );
}

/** Control characters, line separators, and what turns the direction of text: they hide what a name really is. */
const unseen = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** A name as a row may show it: what cannot be seen, or changes how the rest is read, is spelled out as `\u202e`. */
export function visibleText(text: string): string {
  return text.replaceAll(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

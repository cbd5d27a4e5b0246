/** Where settings come from: what the user wrote, and what the manifest says. */
export interface SettingSource {
  readonly writtenFor: (key: string) => unknown;
  readonly defaultOf: (key: string) => unknown;
}

/**
 * Reads settings, which are text in a file that anyone may write: a value of another type counts as the default, and its
 * key is noted in `wrong`. Defaults and limits stand in the manifest; limits are applied again here.
 */
export function settingReader({ writtenFor, defaultOf }: SettingSource) {
  const wrong: string[] = [];
  const valid = <T>(key: string, isValid: (value: unknown) => value is T): T | undefined => {
    const value = writtenFor(key);
    if (isValid(value)) return value;
    if (value !== undefined && value !== null) wrong.push(key);
    const fallback = defaultOf(key);
    return isValid(fallback) ? fallback : undefined;
  };
  return {
    wrong,
    number: (key: string, least: number, most: number): number =>
      Math.min(most, Math.max(least, valid(key, isNumber) ?? least)),
    texts: (key: string): readonly string[] | undefined => valid(key, isTexts),
    text: (key: string): string | undefined => valid(key, isText),
    flag: (key: string): boolean | undefined => valid(key, isFlag),
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

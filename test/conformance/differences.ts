import { Buffer } from "node:buffer";

/**
 * Where our decoded fields are not those of the Java client, as `path: ours ≠ theirs`.
 *
 * `absent` is what to expect of a field that the Java client of this release does not have: versions below its lowest
 * bring fields it has forgotten.
 */
export function differences(
  ours: unknown,
  theirs: unknown,
  absent: (path: string, value: unknown) => boolean,
  path = "",
): readonly string[] {
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    if (ours.length !== theirs.length) return [`${path}: ${ours.length} ≠ ${theirs.length} elements`];
    return ours.flatMap((element, index) => differences(element, theirs[index], absent, `${path}[]`));
  }
  if (isStruct(ours) && isStruct(theirs)) return structDifferences(ours, theirs, absent, path);
  return asJava(ours) === asJava(theirs) ? [] : [`${path}: ${String(ours)} ≠ ${String(theirs)}`];
}

function structDifferences(
  ours: Readonly<Record<string, unknown>>,
  theirs: Readonly<Record<string, unknown>>,
  absent: (path: string, value: unknown) => boolean,
  path: string,
): readonly string[] {
  const inner = (name: string) => (path === "" ? name : `${path}.${name}`);
  const missing = Object.keys(theirs).filter((name) => !(name in ours));
  return [
    ...missing.map((name) => `${inner(name)}: missing`),
    ...Object.entries(ours).flatMap(([name, value]) => {
      if (name in theirs) return differences(value, theirs[name], absent, inner(name));
      return absent(inner(name), value) ? [] : [`${inner(name)}: unknown to the Java client`];
    }),
  ];
}

function isStruct(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && !(value instanceof Uint8Array) && !Array.isArray(value)
  );
}

/** A value as the Java side prints it, so that 1n, 1 and "1" of one field are the same. */
function asJava(value: unknown): string {
  if (value === null) return "null";
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return String(value);
}

import { intersect, join, type Range } from "./definition.ts";
import type { Field, Message } from "./messageModel.ts";

/**
 * The newer definition, completed below its lowest version by the older one.
 *
 * Over the versions both know the newer one rules: early-access versions were changed in place.
 */
export function mergeMessages(older: Message | undefined, newer: Message): Message {
  const below = older && intersect(older.versions, { from: 0, to: newer.versions.from - 1 });
  if (older === undefined || below === undefined) return newer;
  const flexible = join(intersect(older.flexible, below), newer.flexible, newer.name);
  return {
    ...newer,
    versions: { from: below.from, to: newer.versions.to },
    flexible,
    fields: mergeFields(older.fields, newer.fields, below, newer.name),
  };
}

function mergeFields(
  older: readonly Field[],
  newer: readonly Field[],
  below: Range,
  path: string,
): readonly Field[] {
  const olderByName = new Map(older.map((field) => [field.name, field]));
  const kept = newer.map((field) => mergeField(olderByName.get(field.name), field, below, path));
  const newerNames = new Set(newer.map((field) => field.name));
  // What only the older definition has goes right behind the field it followed there.
  let place = 0;
  for (const field of older) {
    if (newerNames.has(field.name)) {
      place = kept.findIndex(({ name }) => name === field.name) + 1;
      continue;
    }
    const versions = intersect(field.versions, below);
    if (versions === undefined) continue;
    kept.splice(place, 0, restrict(field, versions));
    place += 1;
  }
  return kept;
}

function mergeField(older: Field | undefined, newer: Field, below: Range, parent: string): Field {
  const path = `${parent}.${newer.name}`;
  const olderVersions = intersect(older?.versions, below);
  if (older === undefined || olderVersions === undefined) return newer;
  if (older.base !== newer.base || older.isArray !== newer.isArray || older.tag !== newer.tag) {
    throw new Error(`${path}: its type is not the one it had`);
  }
  return {
    ...newer,
    versions: join(olderVersions, newer.versions, path) ?? newer.versions,
    nullable: join(intersect(older.nullable, below), newer.nullable, path),
    fields: mergeFields(older.fields, newer.fields, below, path),
  };
}

function restrict(field: Field, to: Range): Field {
  return {
    ...field,
    versions: to,
    nullable: intersect(field.nullable, to),
    fields: field.fields.flatMap((inner) => {
      const versions = intersect(inner.versions, to);
      return versions === undefined ? [] : [restrict(inner, versions)];
    }),
  };
}

type Container = Record<string, unknown> | unknown[];

/** Where a time stands in parsed JSON, by how its property is called. */
export interface InstantPlace {
  readonly path: string;
  set(value: number): void;
}

const instantName = /^(?:at|now|since)$|(?:At|Since)$/;

/** Every time in it, however deep. */
export function instantsIn(value: unknown, path = ""): InstantPlace[] {
  if (typeof value !== "object" || value === null) return [];
  const container = value as Container;
  return Object.entries(container).flatMap(([key, entry]) => {
    const place = `${path}.${key}`;
    if (typeof entry !== "number" || !instantName.test(key)) return instantsIn(entry, place);
    return [{ path: place, set: (changed: number) => Object.assign(container, { [key]: changed }) }];
  });
}

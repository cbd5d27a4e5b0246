import { randomBytes } from "node:crypto";
import type { Random } from "#base/random.ts";

/** Real chance; its bytes come from the operating system and are fit for keys and nonces. */
export const systemRandom: Random = {
  next: () => Math.random(),
  bytes: (count) => randomBytes(count),
};

import type { ServerAssignor } from "./serverAssignor.ts";
import { serverRange } from "./serverRange.ts";
import { uniform } from "./uniform.ts";

const assignors: readonly ServerAssignor[] = [uniform, serverRange];

/** What a group gets of which no member asks for an assignor, as Kafka has it. */
export const defaultServerAssignor: ServerAssignor = uniform;

/** The names members may ask for, Kafka's default first (KIP-848). */
export const serverAssignorNames: readonly string[] = assignors.map(({ name }) => name);

/** The assignor of that name, or undefined when there is none. */
export function serverAssignorByName(name: string): ServerAssignor | undefined {
  return assignors.find((assignor) => assignor.name === name);
}

import { commitFields } from "./commitFields.ts";
import type { ConsumerField, FieldsByOption } from "./consumerField.ts";
import { corruptionFields } from "./corruptionFields.ts";
import { groupFields } from "./groupFields.ts";
import { readingFields } from "./readingFields.ts";

/** The compiler refuses an option of the engine that has no line. */
const byOption: FieldsByOption = { ...groupFields, ...readingFields, ...commitFields, ...corruptionFields };

/** Everything of a debug consumer that is seldom changed, in the order of the form. */
export const consumerFields: readonly ConsumerField[] = Object.values(byOption).flat();

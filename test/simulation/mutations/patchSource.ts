// Loaded first (`node --import`): gives every thread the source as one mutation has it.
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { mutationNamed } from "./mutations.ts";

/** The name of the mutation to apply. */
const name = process.env["GROUPSCOPE_MUTATION"];

if (name !== undefined) {
  const { file, find, replace } = mutationNamed(name);
  const url = pathToFileURL(file).href;
  registerHooks({
    load(loaded, context, nextLoad) {
      const result = nextLoad(loaded, context);
      if (loaded !== url || result.source === undefined) return result;
      const source = result.source.toString();
      const parts = source.split(find);
      if (parts.length !== 2) throw new Error(`${file} has what is to be mutated ${parts.length - 1} times`);
      return { ...result, source: parts.join(replace) };
    },
  });
}

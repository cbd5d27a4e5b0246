import type { ComponentChild } from "preact";
import { useMemo } from "preact/hooks";

/** Draws again only when something in `deps` is another thing than before. */
export function Still(props: { readonly deps: readonly unknown[]; readonly draw: () => ComponentChild }) {
  return useMemo(props.draw, props.deps);
}

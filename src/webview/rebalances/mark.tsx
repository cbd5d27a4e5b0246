import type { ComponentChildren } from "preact";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { MarkRef } from "./contract.ts";
import { markKey } from "./markKey.ts";

/** Which mark the keyboard is on and which one is selected, and what a click does. */
export interface MarkFocus {
  readonly focusedKey: string | undefined;
  readonly selectedKey: string | undefined;
  readonly onSelect: (mark: MarkRef) => void;
  readonly onFocus: (mark: MarkRef) => void;
}

/** For the marks of one chart. */
export const MarkFocusContext = createContext<MarkFocus>({
  focusedKey: undefined,
  selectedKey: undefined,
  onSelect: () => undefined,
  onFocus: () => undefined,
});

/**
 * Anything in the chart that can be opened: a button with a name, of which exactly one is in the order of the Tab key;
 * arrow keys move between them.
 */
export function Mark(props: {
  readonly mark: MarkRef;
  readonly label: string;
  readonly className: string;
  readonly children: ComponentChildren;
}) {
  const { focusedKey, selectedKey, onSelect, onFocus } = useContext(MarkFocusContext);
  const key = markKey(props.mark);
  const selected = key === selectedKey;
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no <button> inside an SVG.
    <g
      role="button"
      tabindex={key === focusedKey ? 0 : -1}
      data-mark={key}
      aria-label={props.label}
      aria-pressed={selected}
      class={`mark ${props.className}${selected ? " selected" : ""}`}
      onClick={(event) => {
        event.stopPropagation();
        onSelect(props.mark);
      }}
      onFocus={() => onFocus(props.mark)}
    >
      <title>{props.label}</title>
      {props.children}
    </g>
  );
}

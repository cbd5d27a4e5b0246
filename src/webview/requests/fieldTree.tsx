import { useRef } from "preact/hooks";
import type { FieldRow } from "./contract.ts";

interface TreeProps {
  readonly label: string;
  readonly fields: readonly FieldRow[];
  readonly selected: FieldRow | undefined;
  readonly onSelect: (field: FieldRow) => void;
}

/** The fields of a message; moving in it with the arrow keys marks each field's bytes. */
export function FieldTree({ label, fields, selected, onSelect }: TreeProps) {
  const list = useRef<HTMLDivElement>(null);
  const active = selected?.index ?? 0;
  const moveTo = (index: number) => {
    const field = fields[Math.max(0, Math.min(fields.length - 1, index))];
    if (!field) return;
    onSelect(field);
    list.current?.querySelector<HTMLElement>(`[data-index="${field.index}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const target = targetOf(event.key, active, fields);
    if (target === undefined) return;
    event.preventDefault();
    moveTo(target);
  };
  return (
    <div class="fieldTree code" role="tree" aria-label={label} ref={list} onKeyDown={onKeyDown}>
      {fields.map((field) => (
        <div
          key={field.index}
          role="treeitem"
          aria-level={field.depth + 1}
          aria-selected={field.index === selected?.index}
          tabIndex={field.index === active ? 0 : -1}
          data-index={field.index}
          class={field.index === selected?.index ? "field selected" : "field"}
          title={`${field.kind} · ${field.length} bytes at ${field.offset}`}
          style={{ paddingLeft: `${4 + field.depth * 14}px` }}
          // A click puts the focus here, too.
          onFocus={() => {
            if (field.index !== selected?.index) onSelect(field);
          }}
        >
          <span class="name">{field.name}</span>{" "}
          <span class={field.meaning === null ? "value" : "value error"}>
            {field.value}
            {field.meaning !== null && ` ${field.meaning}`}
          </span>{" "}
          <span class="muted kind">{field.kind}</span>
        </div>
      ))}
    </div>
  );
}

/** Left goes to the field around this one, as in every tree. */
function targetOf(key: string, active: number, fields: readonly FieldRow[]): number | undefined {
  switch (key) {
    case "ArrowUp":
      return active - 1;
    case "ArrowDown":
    case "ArrowRight":
      return active + 1;
    case "ArrowLeft": {
      const depth = fields[active]?.depth ?? 0;
      const parent = fields.slice(0, active).findLastIndex((field) => field.depth < depth);
      return parent < 0 ? active : parent;
    }
    case "Home":
      return 0;
    case "End":
      return fields.length - 1;
    default:
      return undefined;
  }
}

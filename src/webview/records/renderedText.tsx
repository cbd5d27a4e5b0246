import type { Rendered } from "./contract.ts";

/** A key or value in a row or in the detail; a tombstone, a null key and an empty one are three different things. */
export function RenderedText({ rendered }: { readonly rendered: Rendered }) {
  switch (rendered.kind) {
    case "tombstone":
      return <em class="absent">tombstone</em>;
    case "null":
      return <em class="absent">null</em>;
    case "empty":
      return <em class="absent">empty</em>;
    default:
      return (
        <span class={`code ${rendered.kind}`}>
          {rendered.text}
          {rendered.cut ? "…" : ""}
        </span>
      );
  }
}

/** What a rendered content is, in words. */
export function describe(rendered: Rendered): string {
  switch (rendered.kind) {
    case "tombstone":
      return "null: a tombstone, which deletes the key in a compacted topic";
    case "null":
      return "null";
    case "empty":
      return "empty: zero bytes, not null";
    default:
      return `${rendered.kind}, ${rendered.sizeInBytes} ${rendered.sizeInBytes === 1 ? "byte" : "bytes"}${rendered.cut ? ", the beginning shown" : ""}`;
  }
}

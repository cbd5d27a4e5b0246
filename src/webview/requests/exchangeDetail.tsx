import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../page/icon.tsx";
import type { Page } from "../page/openPage.ts";
import type { ExchangeDetail, FieldRow, MessageSide, RequestsContract } from "./contract.ts";
import { FieldTree } from "./fieldTree.tsx";
import { HexView } from "./hexView.tsx";

interface DetailProps {
  readonly exchange: ExchangeDetail;
  readonly page: Page<RequestsContract>;
  readonly pane: RefObject<HTMLElement | null>;
}

/** One exchange: what is known of it, then request and response side by side. */
export function DetailPane({ exchange, page, pane }: DetailProps) {
  const { exchangeId, title } = exchange;
  const copy = (what: "json" | "requestHex" | "responseHex") => page.notify("copy", { exchangeId, what });
  return (
    <section class="detail" aria-label={title} tabIndex={-1} ref={pane}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="plain" title="Copy both messages as JSON" onClick={() => copy("json")}>
          <Icon name="json" /> Copy JSON
        </button>
        <button
          type="button"
          class="plain"
          title="Close (Escape)"
          aria-label="Close the detail"
          onClick={() => page.notify("select", { exchangeId: null })}
        >
          <Icon name="close" />
        </button>
      </header>
      <dl class="facts">
        {exchange.facts.map(({ label, text }) => (
          <div key={label}>
            <dt class="muted">{label}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <div class="sides">
        <Side message={exchange.request} side="request" page={page} onCopyHex={() => copy("requestHex")} />
        <Side message={exchange.response} side="response" page={page} onCopyHex={() => copy("responseHex")} />
      </div>
    </section>
  );
}

function Side(props: {
  readonly message: MessageSide;
  readonly side: "request" | "response";
  readonly page: Page<RequestsContract>;
  readonly onCopyHex: () => void;
}) {
  const { message, side, page, onCopyHex } = props;
  const [selected, setSelected] = useState<FieldRow | undefined>(undefined);
  const select = (field: FieldRow) => {
    setSelected(field);
    const [first] = message.hex;
    const last = message.hex.at(-1);
    const isVisible = first && last && field.offset >= first.offset && field.offset < last.offset + 16;
    if (!isVisible) page.notify("showBytes", { side, offset: field.offset });
  };
  return (
    <section class="side" aria-label={message.title}>
      <h3>
        {message.title}
        {message.keptBytes > 0 && (
          <button
            type="button"
            class="plain"
            title={`Copy the ${side} as hex`}
            aria-label={`Copy the ${side} as hex`}
            onClick={onCopyHex}
          >
            <Icon name="copy" />
          </button>
        )}
      </h3>
      {message.notes.map((note) => (
        <p key={note} class="muted">
          {note}
        </p>
      ))}
      {message.fields.length > 0 && (
        <FieldTree
          label={`Fields of the ${side}`}
          fields={message.fields}
          selected={selected}
          onSelect={select}
        />
      )}
      {message.hex.length > 0 && (
        <HexView
          label={`Bytes of the ${side}`}
          lines={message.hex}
          marked={selected}
          keptBytes={message.keptBytes}
        />
      )}
    </section>
  );
}

import type { RefObject } from "preact";
import { Icon } from "../page/icon.tsx";
import type { Page } from "../page/openPage.ts";
import { dateTimeText } from "../page/timeText.ts";
import type { RecordDetail, RecordsContract, Rendered } from "./contract.ts";
import { describe, RenderedText } from "./renderedText.tsx";

interface DetailProps {
  readonly record: RecordDetail;
  readonly page: Page<RecordsContract>;
  readonly pane: RefObject<HTMLElement | null>;
}

/** The selected record, whole. */
export function DetailPane({ record, page, pane }: DetailProps) {
  const { recordId } = record;
  const title = `${record.topic}-${record.partition} at offset ${record.offset}`;
  return (
    <section class="detail" aria-label={`Record ${title}`} tabIndex={-1} ref={pane}>
      <header>
        <h2>{title}</h2>
        <button
          type="button"
          class="plain"
          title="Copy the record as JSON"
          aria-label="Copy the record as JSON"
          onClick={() => page.notify("copy", { recordId, what: "record" })}
        >
          <Icon name="copy" />
        </button>
        <button
          type="button"
          class="plain"
          title="Close (Escape)"
          aria-label="Close the detail"
          onClick={() => page.notify("select", { recordId: null })}
        >
          <Icon name="close" />
        </button>
      </header>
      <dl>
        <dt class="muted">Timestamp</dt>
        <dd>
          {record.timestampMs === null ? (record.timestampBeyond ?? "–") : dateTimeText(record.timestampMs)}{" "}
          <span class="muted">{record.timestampType === "none" ? "" : record.timestampType}</span>
        </dd>
        <dt class="muted">Leader epoch</dt>
        <dd>{record.leaderEpoch ?? "–"}</dd>
        {record.control && <ControlLines control={record.control} />}
      </dl>
      <Content title="Key" of={record.key} what="key" recordId={recordId} page={page} />
      <Content title="Value" of={record.value} what="value" recordId={recordId} page={page} />
      <h3>Headers ({record.headers.length})</h3>
      {record.headers.length > 0 && (
        <table class="headers">
          <tbody>
            {record.headers.map((header) => (
              <tr key={`${header.key} ${JSON.stringify(header.value)}`}>
                <th scope="row" class="code">
                  {header.key}
                </th>
                <td>
                  <RenderedText rendered={header.value} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** What a transaction marker says; an application is never delivered one. */
function ControlLines({ control }: { readonly control: NonNullable<RecordDetail["control"]> }) {
  return (
    <>
      <dt class="muted">Control record</dt>
      <dd>{control.text}; no application is delivered it</dd>
      <dt class="muted">Producer</dt>
      <dd>
        {control.producerId} epoch {control.producerEpoch}
      </dd>
      <dt class="muted">Transaction coordinator</dt>
      <dd>{control.coordinatorEpoch === null ? "–" : `epoch ${control.coordinatorEpoch}`}</dd>
    </>
  );
}

function Content(props: {
  readonly title: string;
  readonly of: Rendered;
  readonly what: "key" | "value";
  readonly recordId: number;
  readonly page: Page<RecordsContract>;
}) {
  const { title, of, what, recordId, page } = props;
  const hasBytes = of.kind === "text" || of.kind === "json" || of.kind === "hex";
  return (
    <>
      <h3>
        {title} <span class="muted">{describe(of)}</span>
        {hasBytes && (
          <>
            <button
              type="button"
              class="plain"
              title={`Copy the ${what}`}
              aria-label={`Copy the ${what}`}
              onClick={() => page.notify("copy", { recordId, what })}
            >
              <Icon name="copy" />
            </button>
            <button
              type="button"
              class="plain"
              title={`Open the whole ${what} in an editor`}
              aria-label={`Open the whole ${what} in an editor`}
              onClick={() => page.notify("openDocument", { recordId, what })}
            >
              <Icon name="go-to-file" />
            </button>
          </>
        )}
      </h3>
      {hasBytes && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <section class="scrolled" tabIndex={0} aria-label={title}>
          <pre class="code">{of.text}</pre>
        </section>
      )}
    </>
  );
}

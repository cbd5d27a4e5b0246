import type { RefObject } from "preact";
import { Icon, SeverityIcon } from "../page/icon.tsx";
import type { Page } from "../page/openPage.ts";
import { timeText } from "../page/timeText.ts";
import type { Detail, HexView, RebalancesContract } from "./contract.ts";
import { RemedyButtons } from "./remedyButtons.tsx";

interface DetailProps {
  readonly detail: Detail;
  readonly page: Page<RebalancesContract>;
  readonly strip: RefObject<HTMLElement | null>;
}

/** What the selected mark is, when, why it matters, what to do. */
export function DetailStrip({ detail, page, strip }: DetailProps) {
  return (
    <section class="detail" aria-label={detail.title} tabIndex={-1} ref={strip}>
      <header>
        {detail.severity !== "none" && <SeverityIcon severity={detail.severity} />}
        <h2>
          {detail.severity !== "none" && <span class="visuallyHidden">{detail.severity}: </span>}
          {detail.title}
        </h2>
        {detail.status && <span class={`status ${detail.severity}`}>{detail.status}</span>}
        <span class="detailTools">
          <button
            type="button"
            class="plain"
            title="Show in the sidebar"
            aria-label="Show in the sidebar"
            onClick={() => page.notify("revealInTree", { mark: detail.ref })}
          >
            <Icon name="list-tree" />
          </button>
          <button
            type="button"
            class="plain"
            title="Copy as text"
            aria-label="Copy as text"
            onClick={() => page.notify("copy", { what: "detail" })}
          >
            <Icon name="copy" />
          </button>
          <button
            type="button"
            class="plain"
            title="Close (Escape)"
            aria-label="Close the detail"
            onClick={() => page.notify("select", { mark: null })}
          >
            <Icon name="close" />
          </button>
        </span>
      </header>
      <dl>
        {detail.rows.map((row, index) => (
          <div key={index}>
            <dt class="muted">{row.label}</dt>
            <dd class={row.style}>
              {row.atMs !== undefined && <time class="code">{timeText(row.atMs, 3)}</time>} {row.text}
            </dd>
          </div>
        ))}
      </dl>
      {detail.explanation.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <RemedyButtons remedies={detail.remedies} page={page} />
      {detail.questions.map(({ question, answer }) => (
        <details key={question}>
          <summary>{question}</summary>
          <p>{answer}</p>
        </details>
      ))}
      {detail.bytes && <HexTable bytes={detail.bytes} />}
    </section>
  );
}

function HexTable({ bytes }: { readonly bytes: HexView }) {
  return (
    <table class="hex code">
      <caption class="muted">
        {bytes.totalBytes} bytes{bytes.cut ? ", of which the beginning is shown" : ""}
      </caption>
      <tbody>
        {bytes.lines.map((line) => (
          <tr key={line.offset}>
            <th scope="row">{line.offset.toString(16).padStart(8, "0")}</th>
            <td>{line.hex}</td>
            <td>{line.ascii}</td>
            <td class="muted">{line.note}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

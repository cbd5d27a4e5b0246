import { createRef, render } from "preact";
import { announce } from "../page/announce.ts";
import { openPage } from "../page/openPage.ts";
import { App } from "./app.tsx";
import type { RebalancesContract } from "./contract.ts";

const strip = createRef<HTMLElement>();

const focusTargets = {
  chart: () => document.querySelector<SVGElement>(".plot [tabindex='0']"),
  table: () => document.querySelector<HTMLElement>(".tableTwin [tabindex='0']"),
  detail: () => strip.current,
};

openPage<RebalancesContract>({
  render: (state, page) => {
    const root = document.getElementById("app");
    if (root) render(<App state={state} page={page} strip={strip} />, root);
  },
  events: {
    focus: ({ on }) => focusTargets[on]()?.focus(),
    announce: ({ text }) => announce(text),
  },
});

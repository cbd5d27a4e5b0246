import { openListPage } from "../page/listPage.tsx";
import type { RequestsContract } from "./contract.ts";
import { EmptyTools } from "./emptyTools.tsx";
import { DetailPane } from "./exchangeDetail.tsx";
import { RequestList } from "./requestList.tsx";
import { Toolbar } from "./toolbar.tsx";

openListPage<RequestsContract>({
  toolbar: ({ state, page }) => <Toolbar state={state} page={page} />,
  list: ({ state, page }) => <RequestList state={state} page={page} />,
  detail: ({ state: { selected }, page, pane }) =>
    selected && <DetailPane key={selected.exchangeId} exchange={selected} page={page} pane={pane} />,
  emptyTools: ({ state, page }) => <EmptyTools state={state} page={page} />,
  close: (page) => page.notify("select", { exchangeId: null }),
  events: (focus) => ({ focus }),
});

import { announce } from "../page/announce.ts";
import { openListPage } from "../page/listPage.tsx";
import type { RecordsContract } from "./contract.ts";
import { DetailPane } from "./recordDetail.tsx";
import { RecordList } from "./recordList.tsx";
import { Toolbar } from "./toolbar.tsx";

openListPage<RecordsContract>({
  toolbar: ({ state, page }) => <Toolbar state={state} page={page} />,
  list: ({ state, page }) => <RecordList state={state} page={page} />,
  detail: ({ state: { selected }, page, pane }) =>
    selected && <DetailPane record={selected} page={page} pane={pane} />,
  close: (page) => page.notify("select", { recordId: null }),
  events: (focus) => ({ focus, announce: ({ text }) => announce(text) }),
});

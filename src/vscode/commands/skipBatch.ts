import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import type { FindingReport } from "#host/channel/findingRequests.ts";
import type { App } from "../app.ts";
import { setStatusBarMessage, showWarningMessage } from "../ui/notify.ts";

type Place = TopicPartition & { readonly sessionId: string };

/** Goes on behind a corrupt batch; asks first where its header is in doubt, as then nobody knows how much that loses. */
export async function skipBatch(app: App, place: Place): Promise<void> {
  const { sessionId, topic, partition } = place;
  const where = topicPartitionText(place);
  const remedy = skipOf(await app.link.request("finding.list", {}), place);
  if (remedy?.inDoubt) {
    const options = { modal: true, detail: remedy.hint };
    const question = `Skip the corrupt batch of ${where} although its header is in doubt?`;
    if ((await showWarningMessage(question, options, remedy.title)) !== remedy.title) return;
  }
  await app.link.request("session.skipBatch", { sessionId, topic, partition });
  setStatusBarMessage(`${where}: reading goes on behind the corrupt batch; the gap is recorded.`, 6_000);
}

/** Asks for it once more, and says so: what comes of it stands in the row, with its time. */
export async function retryBatch(app: App, { sessionId, topic, partition }: Place): Promise<void> {
  await app.link.request("session.retryBatch", { sessionId, topic, partition });
  const where = topicPartitionText({ topic, partition });
  setStatusBarMessage(`${where}: the corrupt batch is being fetched again.`, 6_000);
}

function skipOf(findings: readonly FindingReport[], { sessionId, topic, partition }: Place) {
  for (const { title, hint, action } of findings.flatMap(({ remedies }) => remedies)) {
    if (action.kind !== "skipBatch" || action.sessionId !== sessionId) continue;
    if (action.topic === topic && action.partition === partition)
      return { title, hint, inDoubt: action.inDoubt };
  }
  return undefined;
}

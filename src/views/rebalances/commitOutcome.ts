import type { CommitView } from "#model/commits.ts";
import { commitErrorText } from "#model/commitWords.ts";

/** How a commit ended, in words. */
export function outcomeText({ latest }: CommitView): string {
  switch (latest.outcome) {
    case "committed":
      return "committed";
    case "failed":
      return latest.error === undefined ? "failed" : `failed: ${commitErrorText(latest.error)}`;
    case "cancelled":
      return "cancelled";
    case "deadlinePassed":
      return "its deadline passed";
    case "released":
      return "its waiter was released";
    case undefined:
      return latest.state === "inFlight" ? "in flight" : latest.state;
  }
}

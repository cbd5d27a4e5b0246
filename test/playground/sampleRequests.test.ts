import { expect, test } from "vitest";
import { handlerTable } from "#playground/handlers/handlerTable.ts";
import { decodeRequestHeader } from "#protocol/message.ts";
import { sampleRequests } from "./sampleRequests.ts";

const sampled = new Set<string>();
for (const frame of sampleRequests()) {
  // The size comes first.
  const header = decodeRequestHeader(frame.subarray(4));
  if (header.ok) sampled.add(`${header.value.apiKey} v${header.value.apiVersion}`);
}

test.each(Array.from(handlerTable("4.4").values(), ({ api, versions }) => ({ api, versions })))(
  "$api.name is among the requests that are mutated, in its oldest and its newest version",
  ({ api, versions }) => {
    expect(versions.filter((version) => !sampled.has(`${api.key} v${version}`))).toEqual([]);
  },
);

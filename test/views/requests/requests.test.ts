import { describe, expect, test } from "vitest";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { encodeRequest, encodeResponse } from "#protocol/message.ts";
import type { Exchange, KeptFrame } from "#views/requests/exchange.ts";
import { exchangeDetail } from "#views/requests/exchangeDetail.ts";
import { hexDump, hexLines } from "#views/requests/hexLines.ts";
import { observerClientId } from "#views/requests/observerClient.ts";
import { passes, type RowNames, requestRow } from "#views/requests/requestRows.ts";
import { anyRequest, type RequestsInput, requestsState } from "#views/requests/requestsState.ts";
import { Summaries } from "#views/requests/summaries.ts";

const names: RowNames & { timeText(at: number): string } = {
  now: 5_000,
  faultTitle: (faultId) => (faultId === "fault-1" ? "hold Heartbeat of billing" : undefined),
  topicName: () => undefined,
  timeText: (at) => `at ${at}`,
};

function kept(frame: Uint8Array, cut?: KeptFrame["cut"]): KeptFrame {
  return { bytes: frame, sizeInBytes: frame.length, cut };
}

const request = kept(
  encodeRequest(
    heartbeat,
    { version: 4, correlationId: 1, clientId: "worker-1" },
    { groupId: "billing", generationId: 6, memberId: "worker-1-8f3a" },
  ).subarray(4),
);
const answer = (errorCode: number) =>
  kept(encodeResponse(heartbeat, { version: 4, correlationId: 1 }, { errorCode }).subarray(4));

function exchange(change: Partial<Exchange> = {}): Exchange {
  return {
    exchangeId: 1,
    at: 1_000,
    nodeId: 2,
    remote: "127.0.0.1:5000",
    request,
    faultIds: [],
    end: { type: "answered", at: 1_012, response: answer(0) },
    ...change,
  };
}

const read = (change: Partial<Exchange> = {}) => new Summaries().read(exchange(change));

describe("a row", () => {
  test("says who asked what about which group, and how long it took", () => {
    const row = requestRow(read(), names);

    expect(row).toEqual({
      exchangeId: 1,
      at: 1_000,
      nodeId: 2,
      client: "worker-1",
      api: "Heartbeat",
      version: 4,
      about: "billing",
      tookMs: 12,
      outcome: { kind: "ok", text: "" },
      fault: null,
    });
  });

  test.each([
    [
      "an error by its name",
      { end: { type: "answered", at: 1_012, response: answer(27) } },
      { kind: "error", text: "REBALANCE_IN_PROGRESS" },
    ],
    ["that it waits", { end: undefined }, { kind: "waiting", text: "waits" }],
    [
      "that there is no answer",
      { end: { type: "unanswered", at: 1_012 } },
      { kind: "unanswered", text: "no answer" },
    ],
    [
      "why the connection closed",
      { end: { type: "closed", at: 1_012, reason: "a fault cut the connection" } },
      { kind: "closed", text: "closed: a fault cut the connection" },
    ],
  ] as const)("says %s", (_what, change, outcome) => {
    expect(requestRow(read(change), names).outcome).toEqual(outcome);
  });

  test("names the faults that acted, those that are gone by their id", () => {
    const row = requestRow(read({ faultIds: ["fault-1", "fault-9"] }), names);

    expect(row.fault).toBe("hold Heartbeat of billing, fault-9");
  });

  test("of bytes that were no request has the reason, and where they came from", () => {
    const end = { type: "closed", at: 1_000, reason: "what came is no Kafka request" } as const;

    const row = requestRow(read({ request: undefined, end }), names);

    expect(row).toMatchObject({
      api: "no request",
      version: null,
      client: "127.0.0.1:5000",
      outcome: { kind: "closed", text: "closed: what came is no Kafka request" },
    });
  });

  test("of a request that waits counts until now", () => {
    expect(requestRow(read({ end: undefined }), names).tookMs).toBe(4_000);
  });
});

describe("the filter", () => {
  const failed = { end: { type: "answered", at: 1_012, response: answer(27) } } as const;

  test.each([
    ["another API", { api: "Fetch" }, {}, false],
    ["its API", { api: "Heartbeat" }, {}, true],
    ["another client", { clientId: "A" }, {}, false],
    ["another group", { groupId: "audit" }, {}, false],
    ["its group", { groupId: "billing" }, {}, true],
    ["another node", { nodeId: 1 }, {}, false],
    ["errors, and it had none", { errorsOnly: true }, {}, false],
    ["errors, and it had one", { errorsOnly: true }, failed, true],
    ["the name of its error", { text: "rebalance_in" }, failed, true],
    ["a part of its member id", { text: "8F3A" }, {}, true],
    ["a text that stands nowhere", { text: "orders" }, {}, false],
  ])("that wants %s", (_what, wanted, change, expected) => {
    expect(passes(read(change), { ...anyRequest, ...wanted }, names)).toBe(expected);
  });
});

describe("an opened exchange", () => {
  const open = (change: Partial<Exchange> = {}) =>
    exchangeDetail(read(change), names, { request: 0, response: 0 });

  test("shows every field with its place, and what an error code means", () => {
    const detail = open({ end: { type: "answered", at: 1_012, response: answer(27) } });

    expect(detail.title).toBe("Heartbeat v4 of worker-1 to node 2");
    expect(detail.request.fields.find(({ name }) => name === "generationId")).toMatchObject({
      kind: "int32",
      value: "6",
      length: 4,
    });
    expect(detail.response.fields.at(-1)).toMatchObject({
      name: "errorCode",
      value: "27",
      meaning: "REBALANCE_IN_PROGRESS",
    });
    expect(detail.response.notes).toEqual([]);
  });

  test("says which fault acted", () => {
    const { facts } = open({ faultIds: ["fault-1"] });

    expect(facts.find(({ label }) => label === "Faults")?.text).toBe("hold Heartbeat of billing");
  });

  test("says from which byte on it is not readable, and shows what is before", () => {
    const torn = kept(request.bytes.subarray(0, 25));

    const { notes, fields } = open({ request: torn }).request;

    expect(notes[0]).toMatch(/^Not readable from byte \d+ on: /);
    expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(["apiKey", "clientId"]));
  });

  test("says that what holds a password is not kept", () => {
    const secret = kept(request.bytes.subarray(0, 18), "secret");

    const { notes } = open({ request: secret }).request;

    expect(notes).toEqual(["It may hold a password or a token: its content is never kept."]);
  });
});

describe("bytes", () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, index) => index + 0x40);

  test("are lines of sixteen", () => {
    const lines = hexLines(bytes, { fromOffset: 20, maxLines: 1 });

    expect(lines).toEqual([
      { offset: 16, digits: "505152535455565758595a5b5c5d5e5f", text: "PQRSTUVWXYZ[\\]^_" },
    ]);
  });

  test("are written as hexdump does", () => {
    expect(hexDump(bytes).split("\n").at(-1)).toBe(
      "00000020  60 61 62 63 64 65 66 67                           |`abcdefg|",
    );
  });
});

describe("the list", () => {
  const input: RequestsInput = {
    title: "Requests",
    running: true,
    totals: { exchanges: 3, bytes: 1_048_576, maxBytes: 16_777_216, dropped: 0 },
    read: [1, 2, 3].map((exchangeId) => read({ exchangeId })),
    unread: 0,
    filter: anyRequest,
    paused: undefined,
    following: true,
    viewport: { fromIndex: 0, count: 2 },
    selected: undefined,
    names,
  };

  test("follows the newest", () => {
    const { window, total } = requestsState(input);

    expect(total).toBe(3);
    expect(window.rows.map(({ exchangeId }) => exchangeId)).toEqual([2, 3]);
  });

  test("stays where one reads", () => {
    const { window } = requestsState({ ...input, following: false });

    expect(window.rows.map(({ exchangeId }) => exchangeId)).toEqual([1, 2]);
  });

  test("says in its one line what was let go and what is not looked through yet", () => {
    const { subtitle, subtitleHint } = requestsState({
      ...input,
      totals: { ...input.totals, dropped: 1_204 },
      unread: 90,
    });

    expect(subtitle).toBe(
      "3 requests kept · 1,204 older let go · looking through 90 of them… · 1.0 of 16 MB",
    );
    expect(subtitleHint).toBe("1,204 older requests were let go: the newest 16 MB are kept.");
  });

  describe("with what Groupscope itself asks", () => {
    const ownRequest = kept(
      encodeRequest(
        heartbeat,
        { version: 4, correlationId: 1, clientId: observerClientId },
        { groupId: "billing", generationId: 6, memberId: "" },
      ).subarray(4),
    );
    const mixed = [
      read({ exchangeId: 1 }),
      read({ exchangeId: 2, request: ownRequest }),
      read({ exchangeId: 3, request: ownRequest }),
    ];

    test.each([
      ["leaves it out and says how many there are", anyRequest, 1, 2],
      ["shows it when it is wanted", { ...anyRequest, own: true }, 3, 0],
      ["shows it when that client is chosen", { ...anyRequest, clientId: observerClientId }, 2, 0],
      ["does not count what would not pass anyway", { ...anyRequest, nodeId: 9 }, 0, 0],
    ])("%s", (_what, filter, total, hiddenOwn) => {
      expect(requestsState({ ...input, read: mixed, filter })).toMatchObject({ total, hiddenOwn });
    });

    test("is not taken for an empty list", () => {
      const { empty } = requestsState({ ...input, read: mixed.slice(1) });

      expect(empty?.title).toBe("Only Groupscope asked");
    });
  });

  test("a request that says no group is not called Groupscope's own, and is one click away", () => {
    const ofNoGroup = kept(
      encodeRequest(
        apiVersions,
        { version: 3, correlationId: 1, clientId: "worker-1" },
        { clientSoftwareName: "x", clientSoftwareVersion: "1" },
      ).subarray(4),
    );
    const filter = { ...anyRequest, groupId: "billing", api: "ApiVersions" };

    const { empty } = requestsState({ ...input, read: [read({ request: ofNoGroup })], filter });

    expect(empty?.title).toBe("ApiVersions does not say for which group it is");
    expect(empty?.filters).toEqual([
      { title: "All groups", filter: { ...filter, groupId: null } },
      { title: "Clear filter", filter: anyRequest },
    ]);
  });

  test("offers what was chosen although nothing of it is kept", () => {
    const { choices, empty } = requestsState({ ...input, filter: { ...anyRequest, groupId: "audit" } });

    expect(choices.groups).toEqual(["audit", "billing"]);
    expect(empty?.title).toBe("No request passes the filter");
    expect(empty?.filters).toEqual([{ title: "Clear filter", filter: anyRequest }]);
  });
});

import { describe, expect, test } from "vitest";
import { ConnectionError } from "#network/connectionError.ts";
import { type BrokerVersions, negotiate, type VersionRange } from "#network/negotiation.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";

function offering(range: VersionRange | undefined): BrokerVersions {
  return new Map(range === undefined ? [] : [[heartbeat.key, range]]);
}

describe("negotiate", () => {
  test.each([
    ["the newest of both", [0, 2], undefined, 2],
    ["our newest when the broker is newer", [0, 99], undefined, heartbeat.versions[1]],
    ["one above the broker's minimum", [3, 99], [0, 3], 3],
    ["the newest of a narrowed range", [0, 99], [1, 2], 2],
  ] as const)("takes %s", (_name, theirs, narrowed, expected) => {
    const version = negotiate(heartbeat, offering(theirs), { broker: "b:1", versions: narrowed });

    expect(version).toBe(expected);
  });

  test.each([
    [
      "a broker that became too new",
      [90, 99],
      undefined,
      /speaks Heartbeat v90 to v99, and we need v0 to v4/,
    ],
    [
      "a broker too old for what is needed",
      [0, 1],
      [3, 4],
      /speaks Heartbeat v0 to v1, and we need v3 to v4/,
    ],
    ["an API the broker does not have", undefined, undefined, /does not know Heartbeat/],
  ] as const)("says so for %s", (_name, theirs, narrowed, message) => {
    const attempt = () => negotiate(heartbeat, offering(theirs), { broker: "b:1", versions: narrowed });

    expect(attempt).toThrow(message);
    expect(attempt).toThrow(ConnectionError);
  });
});

import { describe, expect, test } from "vitest";
import { commitError } from "#playground/group/membership.ts";
import { GroupRig, type JoinOptions } from "./groupRig.ts";

describe("the id of a new member (KIP-394)", () => {
  test("is told first, and the member is in only when it comes back with it", () => {
    const rig = new GroupRig();

    const told = rig.join("a", { version: 4 });
    const before = rig.memberIds;
    rig.join("a", { version: 4, memberId: "m1" });
    rig.pass(200);

    expect(told).toMatchObject({ error: "MEMBER_ID_REQUIRED", memberId: "m1", generationId: -1 });
    expect(before).toEqual([]);
    expect(rig.joins.get("a")).toMatchObject({ error: "NONE", memberId: "m1" });
  });

  test("holds up a rebalance until it is used", () => {
    const rig = new GroupRig();
    const [first = ""] = rig.stable({});
    rig.join("b", { version: 4 });
    rig.join("c", { version: 3 });

    rig.join("a", { memberId: first });
    const early = rig.joins.get("a");
    rig.join("b", { version: 4, memberId: "m2" });

    expect(early).toBeUndefined();
    expect(rig.joins.get("a")).toMatchObject({ generationId: 2 });
    expect(rig.joins.get("b")).toMatchObject({ generationId: 2 });
  });

  test("lapses after the session timeout it asked for", () => {
    const rig = new GroupRig();
    rig.join("a", { version: 4, sessionTimeoutMs: 1_000 });

    rig.pass(1_000);

    expect(rig.group.pendingMembers.size).toBe(0);
    expect(rig.join("a", { version: 4, memberId: "m1" })?.error).toBe("UNKNOWN_MEMBER_ID");
  });

  test("can be given back", () => {
    const rig = new GroupRig();
    rig.join("a", { version: 4 });

    expect(rig.leave("m1")).toEqual(["NONE"]);
    expect(rig.group.pendingMembers.size).toBe(0);
  });
});

describe("the choice of assignor", () => {
  test.each<{ members: readonly (readonly string[])[]; chosen: string }>([
    { members: [["range"]], chosen: "range" },
    { members: [["sticky", "range"], ["range"]], chosen: "range" },
    {
      members: [
        ["range", "sticky"],
        ["sticky", "range"],
        ["sticky", "range"],
      ],
      chosen: "sticky",
    },
    {
      members: [
        ["range", "sticky"],
        ["sticky", "range"],
      ],
      chosen: "range",
    },
    {
      members: [["cooperative-sticky", "range"], ["range"], ["cooperative-sticky", "range"]],
      chosen: "range",
    },
  ])("is $chosen for $members", ({ members, chosen }) => {
    const rig = new GroupRig();

    members.forEach((protocols, index) => {
      rig.join(`${index}`, { protocols });
    });
    rig.pass(500);

    expect(rig.joins.get("0")?.protocolName).toBe(chosen);
  });

  test("follows the members that are left", () => {
    const rig = new GroupRig();
    const [first = "", second = ""] = rig.stable(
      { protocols: ["range"] },
      { protocols: ["cooperative-sticky", "range"] },
    );

    rig.leave(first);
    rig.join("b", { memberId: second, protocols: ["cooperative-sticky", "range"] });

    expect(rig.joins.get("b")).toMatchObject({ protocolName: "cooperative-sticky", leaderId: second });
  });
});

describe("a JoinGroup is refused", () => {
  const cases: readonly (readonly [string, JoinOptions, string])[] = [
    ["a session timeout that is too short", { sessionTimeoutMs: 10 }, "INVALID_SESSION_TIMEOUT"],
    ["a session timeout that is too long", { sessionTimeoutMs: 999_999 }, "INVALID_SESSION_TIMEOUT"],
    ["no protocols", { protocols: [] }, "INCONSISTENT_GROUP_PROTOCOL"],
    ["no common protocol", { protocols: ["sticky"] }, "INCONSISTENT_GROUP_PROTOCOL"],
    ["another protocol type", { protocolType: "connect" }, "INCONSISTENT_GROUP_PROTOCOL"],
    ["an unknown member id", { memberId: "nobody" }, "UNKNOWN_MEMBER_ID"],
    ["an unknown static id", { memberId: "nobody", groupInstanceId: "x" }, "UNKNOWN_MEMBER_ID"],
  ];
  test.each(cases)("for %s", (_why, options, error) => {
    const rig = new GroupRig();
    rig.stable({});

    expect(rig.join("b", options)?.error).toBe(error);
    expect(rig.state).toBe("Stable");
  });

  test("when the group is full", () => {
    const rig = new GroupRig({ maxMembers: 2 });
    rig.stable({}, {});

    expect(rig.join("c")?.error).toBe("GROUP_MAX_SIZE_REACHED");
  });
});

describe("a heartbeat is answered", () => {
  test("with the state of the group", () => {
    const rig = new GroupRig();
    const [first = ""] = rig.stable({});

    expect(rig.heartbeat(first)).toBe("NONE");
    expect(rig.heartbeat("nobody")).toBe("UNKNOWN_MEMBER_ID");
    expect(rig.heartbeat(first, 7)).toBe("ILLEGAL_GENERATION");
    rig.join("b");
    expect(rig.heartbeat(first)).toBe("REBALANCE_IN_PROGRESS");
    rig.join("a", { memberId: first });
    expect(rig.heartbeat(first)).toBe("NONE");
  });
});

describe("a SyncGroup is refused", () => {
  test("for the wrong member, generation or protocol", () => {
    const rig = new GroupRig();
    rig.join("a");
    rig.pass(100);

    expect(rig.sync("nobody")?.error).toBe("UNKNOWN_MEMBER_ID");
    expect(rig.sync("m1", { generationId: 9 })?.error).toBe("ILLEGAL_GENERATION");
    expect(rig.sync("m1", { protocolName: "sticky" })?.error).toBe("INCONSISTENT_GROUP_PROTOCOL");
    expect(rig.sync("m1", { groupInstanceId: "x" })?.error).toBe("UNKNOWN_MEMBER_ID");
  });

  test("while the group prepares a rebalance", () => {
    const rig = new GroupRig();
    const [first = ""] = rig.stable({});
    rig.join("b");

    expect(rig.sync(first)?.error).toBe("REBALANCE_IN_PROGRESS");
  });
});

describe("a commit is accepted", () => {
  const request = { memberId: "", groupInstanceId: undefined, generationId: -1 };

  test("outside of generations only while the group is empty", () => {
    const rig = new GroupRig();
    const empty = commitError(rig.group, request);
    rig.stable({});

    expect(empty).toBe("NONE");
    expect(commitError(rig.group, request)).toBe("UNKNOWN_MEMBER_ID");
  });

  test("from members of the current generation, but not between join and sync", () => {
    const rig = new GroupRig();
    const [memberId = ""] = rig.stable({});
    const member = { ...request, memberId };

    expect(commitError(rig.group, { ...member, generationId: 1 })).toBe("NONE");
    expect(commitError(rig.group, { ...member, generationId: 2 })).toBe("ILLEGAL_GENERATION");
    expect(commitError(rig.group, { ...request, memberId: "nobody", generationId: 1 })).toBe(
      "UNKNOWN_MEMBER_ID",
    );
    rig.join("b");
    expect(commitError(rig.group, { ...member, generationId: 1 })).toBe("NONE");
    rig.join("a", { memberId });
    expect(commitError(rig.group, { ...member, generationId: 2 })).toBe("REBALANCE_IN_PROGRESS");
  });
});

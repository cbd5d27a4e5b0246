import { describe, expect, test } from "vitest";
import { BrokerError, throwIfError } from "#protocol/brokerError.ts";
import { errorCode, errorName, isRetriable } from "#protocol/errorCodes.ts";

describe("error codes", () => {
  test.each([
    [-1, "UNKNOWN_SERVER_ERROR", false],
    [0, "NONE", false],
    [6, "NOT_LEADER_OR_FOLLOWER", true],
    [14, "COORDINATOR_LOAD_IN_PROGRESS", true],
    [22, "ILLEGAL_GENERATION", false],
    [25, "UNKNOWN_MEMBER_ID", false],
    [27, "REBALANCE_IN_PROGRESS", false],
    [82, "FENCED_INSTANCE_ID", false],
    [110, "FENCED_MEMBER_EPOCH", false],
  ] as const)("%i is %s (retriable: %s)", (code, name, retriable) => {
    expect(errorName(code)).toBe(name);
    expect(errorCode(name)).toBe(code);
    expect(isRetriable(name)).toBe(retriable);
  });

  test("a code newer than our table keeps its number", () => {
    expect(errorName(9999)).toBe("UNKNOWN_CODE_9999");
    expect(isRetriable(errorName(9999))).toBe(false);
  });
});

describe("BrokerError", () => {
  const error = new BrokerError("ILLEGAL_GENERATION", "Heartbeat");

  test("is told apart by its code", () => {
    expect(BrokerError.is(error)).toBe(true);
    expect(BrokerError.is(error, "UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION")).toBe(true);
    expect(BrokerError.is(error, "UNKNOWN_MEMBER_ID")).toBe(false);
    expect(BrokerError.is(new Error("ILLEGAL_GENERATION"))).toBe(false);
  });

  test("says who answered what", () => {
    expect(error.message).toBe("Heartbeat was answered with ILLEGAL_GENERATION");
    expect(new BrokerError("INVALID_CONFIG", "CreateTopics", "retention.ms must be a number").message).toBe(
      "CreateTopics was answered with INVALID_CONFIG: retention.ms must be a number",
    );
  });

  test("is thrown for every code but NONE", () => {
    expect(() => throwIfError({ name: "Heartbeat" }, 0)).not.toThrow();
    expect(() => throwIfError({ name: "Heartbeat" }, 22)).toThrow(error);
    expect(() => throwIfError({ name: "Heartbeat" }, 9999)).toThrow("UNKNOWN_CODE_9999");
  });
});

import { describe, expect, test } from "vitest";
import { modelOf, seen } from "../observed.ts";
import { actions, only } from "./support/only.ts";

describe("a cluster that cannot be reached", () => {
  test("names the stage, what was tried, and the likely cause", () => {
    const model = modelOf(
      seen(1, {
        type: "cluster.profile",
        name: "staging",
        kind: "cluster",
        bootstrapServers: ["kafka:9093"],
      }),
      seen(2, {
        type: "cluster.connection",
        state: "failed",
        message: "the broker speaks plaintext on 9093",
        steps: [
          { stage: "resolve", tried: "kafka", outcome: "ok" },
          {
            stage: "tls",
            tried: "kafka:9093",
            outcome: "failed",
            detail: "The broker answered without TLS. Turn TLS off.",
          },
        ],
      }),
    );

    const [finding] = only(model, "clusterConnection", 10);

    expect(finding).toMatchObject({
      title: "staging: not connected",
      detail: "TLS handshake: the broker speaks plaintext on 9093",
      cause: "The broker answered without TLS. Turn TLS off.",
    });
    expect(actions(finding)).toEqual(["editCluster", "reconnectCluster"]);
  });
});

test("a cluster that is down is one finding from its first failed attempt on, so that it keeps its place", () => {
  const attempt = (at: number, state: "failed" | "connecting" | "connected") =>
    seen(at, { type: "cluster.connection", state, steps: [] });
  const failing = [attempt(2, "failed"), attempt(30, "connecting"), attempt(31, "failed")];

  const [down] = only(modelOf(...failing), "clusterConnection", 40);
  const [again] = only(
    modelOf(...failing, attempt(50, "connected"), attempt(90, "failed")),
    "clusterConnection",
    100,
  );

  expect(down?.since).toBe(2);
  expect(again?.since).toBe(90);
});

test("a login that was refused is mended where it was entered, before it is tried again", () => {
  const remedies = (["sasl", "connect"] as const).map((stage) => {
    const failed = { stage, tried: "kafka:9093", outcome: "failed" } as const;
    const model = modelOf(seen(2, { type: "cluster.connection", state: "failed", steps: [failed] }));
    return actions(only(model, "clusterConnection", 10)[0]);
  });

  expect(remedies).toEqual([
    ["editCluster", "reconnectCluster"],
    ["reconnectCluster", "editCluster"],
  ]);
});

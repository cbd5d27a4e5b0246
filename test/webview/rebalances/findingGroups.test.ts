import { expect, test } from "vitest";
import type { FindingMark, Remedy } from "#webview/rebalances/contract.ts";
import { findingGroups, groupTitle, ownRemedies } from "#webview/rebalances/findingGroups.ts";

const disable: Remedy = {
  title: "Turn off the fault",
  hint: "",
  changes: true,
  action: { kind: "disableFault", clusterId: "p", faultId: "f" },
};

function showCommit(commitId: string): Remedy {
  return {
    title: "Show commit",
    hint: "",
    changes: false,
    action: { kind: "showCommit", clusterId: "p", groupId: "g", sourceId: "a", commitId },
  };
}

function finding(findingId: string, text: string, remedies: readonly Remedy[] = []): FindingMark {
  return {
    ref: { kind: "finding", findingId },
    severity: "error",
    title: findingId,
    text,
    sinceMs: findingId === "1" ? 0 : 5_000,
    lane: null,
    remedies,
  };
}

test("findings of one cause stand together where the first of them stood, with what helps all of them", () => {
  // Given two waiting commits of one cause around another finding
  const findings = [
    finding("1", "it rebalances", [showCommit("1"), disable]),
    finding("other", "no reader"),
    finding("2", "it rebalances", [showCommit("2"), disable]),
  ];

  // When
  const groups = findingGroups(findings);

  // Then each keeps only what helps itself alone
  expect(groups.map((group) => group.findings.map(({ title }) => title))).toEqual([["1", "2"], ["other"]]);
  const [commits] = groups;
  expect(commits?.remedies).toEqual([disable]);
  expect(commits?.findings.map((each) => ownRemedies(each, commits))).toEqual([
    [showCommit("1")],
    [showCommit("2")],
  ]);
  expect(commits && groupTitle(commits, 17_300)).toBe("2 commits wait, the longest for 17.3 s");
});

test("findings without a cause, or of another severity, stay apart", () => {
  const findings: readonly FindingMark[] = [
    finding("1", ""),
    finding("2", ""),
    finding("3", "slow"),
    { ...finding("4", "slow"), severity: "warning" },
  ];

  expect(findingGroups(findings).map((group) => group.findings.length)).toEqual([1, 1, 1, 1]);
});

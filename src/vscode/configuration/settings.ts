import * as vscode from "vscode";
import type { HostSettings } from "#host/channel/hostSettings.ts";
import { settingKeys } from "../ids.ts";

const megabyte = 1_048_576;

/** The worker's settings as they are now. Defaults and limits stand in the manifest; limits are applied again here. */
export function readHostSettings(): HostSettings {
  const configuration = vscode.workspace.getConfiguration("groupscope");
  const number = (key: string, least: number, most: number) => {
    const value = configuration.get<unknown>(key);
    const fallback = configuration.inspect<number>(key)?.defaultValue ?? least;
    const wanted = typeof value === "number" && Number.isFinite(value) ? value : fallback;
    return Math.min(most, Math.max(least, wanted));
  };
  return {
    refreshIntervalMs: number(settingKeys.refreshIntervalMs, 500, 600_000),
    commitHangToleranceMs: number(settingKeys.commitHangToleranceMs, 100, 3_600_000),
    maxBufferedBytes: number(settingKeys.maxBufferedMegabytes, 1, 1_024) * megabyte,
    maxKeptRecordBytes: number(settingKeys.maxKeptRecordMegabytes, 1, 1_024) * megabyte,
    maxTraceFileBytes: number(settingKeys.maxTraceMegabytes, 1, 4_096) * megabyte,
    requestTimeoutMs: number(settingKeys.requestTimeoutMs, 1_000, 600_000),
    playgroundPort: Math.round(number(settingKeys.playgroundPort, 1_024, 65_000)),
    playgroundNodes: Math.round(number(settingKeys.playgroundNodes, 1, 9)),
    playgroundDataDirectory: configuration.get<string>(settingKeys.playgroundDataDirectory)?.trim(),
  };
}

export function startsPlaygroundOnOpen(): boolean {
  return vscode.workspace.getConfiguration("groupscope").get(settingKeys.playgroundStartOnOpen) === true;
}

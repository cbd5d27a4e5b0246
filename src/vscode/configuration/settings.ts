import * as vscode from "vscode";
import type { HostSettings } from "#host/channel/hostSettings.ts";
import { settingKeys } from "../ids.ts";
import { type SettingSource, settingReader } from "./settingReader.ts";

const megabyte = 1_048_576;

/** The worker's settings as they are now, and the keys of those whose value is of the wrong type. */
export function readHostSettings(): {
  readonly settings: HostSettings;
  readonly wrong: readonly string[];
} {
  const { number, text, texts, flag, wrong } = settingReader(source());
  const settings: HostSettings = {
    refreshIntervalMs: number(settingKeys.refreshIntervalMs, 500, 600_000),
    commitHangToleranceMs: number(settingKeys.commitHangToleranceMs, 100, 3_600_000),
    maxBufferedBytes: number(settingKeys.maxBufferedMegabytes, 1, 1_024) * megabyte,
    maxKeptRecordBytes: number(settingKeys.maxKeptRecordMegabytes, 1, 1_024) * megabyte,
    maxTraceFileBytes: number(settingKeys.maxTraceMegabytes, 1, 4_096) * megabyte,
    requestTimeoutMs: number(settingKeys.requestTimeoutMs, 1_000, 600_000),
    playgroundPort: Math.round(number(settingKeys.playgroundPort, 1_024, 65_000)),
    playgroundNodes: Math.round(number(settingKeys.playgroundNodes, 1, 9)),
    playgroundDataDirectory: text(settingKeys.playgroundDataDirectory)?.trim(),
    playgroundKafkaVersion: text(settingKeys.playgroundKafkaVersion)?.trim(),
    playgroundRebalanceProtocols: text(settingKeys.playgroundRebalanceProtocols)?.trim(),
    playgroundLogBytes: number(settingKeys.playgroundMemoryMegabytes, 1, 16_384) * megabyte,
    playgroundAutoCreateTopics: flag(settingKeys.playgroundAutoCreateTopics),
    playgroundRacks: texts(settingKeys.playgroundRacks)?.map((rack) => rack.trim()),
    playgroundValidatesProduced: flag(settingKeys.playgroundValidatesProduced),
  };
  return { settings, wrong };
}

export function startsPlaygroundOnOpen(): boolean {
  return vscode.workspace.getConfiguration("groupscope").get(settingKeys.playgroundStartOnOpen) === true;
}

function source(): SettingSource {
  const configuration = vscode.workspace.getConfiguration("groupscope");
  return {
    writtenFor: (key) => configuration.get<unknown>(key),
    defaultOf: (key) => configuration.inspect<unknown>(key)?.defaultValue,
  };
}

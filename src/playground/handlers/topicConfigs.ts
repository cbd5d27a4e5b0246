import { isCompacted } from "../log/housekeeping.ts";
import type { ProduceLimits } from "../log/produceValidation.ts";
import type { Topic } from "../log/topicStore.ts";
import type { PlaygroundSettings } from "../settings.ts";

/** Kafka's `ConfigDef.Type` numbers, as far as they occur. */
const types = { boolean: 1, string: 2, int: 3, long: 5, list: 7 } as const;

/** A topic setting as DescribeConfigs shows it. */
export interface TopicConfig {
  readonly name: string;
  readonly value: string;
  readonly isDefault: boolean;
  readonly type: number;
  readonly isList: boolean;
}

interface Known {
  readonly type: keyof typeof types;
  readonly defaultValue: (settings: PlaygroundSettings) => string;
  /** The only values, or elements of a list, where there are few. */
  readonly choices?: readonly string[] | undefined;
}

const fixed = (type: Known["type"], value: string, choices?: readonly string[]): Known => ({
  type,
  defaultValue: () => value,
  choices,
});

const compressionTypes = ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"];

/** The settings a topic here may have. Segments, replicas' number and compression have no effect here; they are kept and shown. */
const known: ReadonlyMap<string, Known> = new Map<string, Known>([
  ["cleanup.policy", fixed("list", "delete", ["compact", "delete"])],
  ["compression.type", fixed("string", "producer", compressionTypes)],
  ["delete.retention.ms", fixed("long", "86400000")],
  ["max.message.bytes", { type: "int", defaultValue: ({ maxMessageBytes }) => String(maxMessageBytes) }],
  ["message.timestamp.after.max.ms", fixed("long", "3600000")],
  ["message.timestamp.before.max.ms", fixed("long", "9223372036854775807")],
  ["message.timestamp.type", fixed("string", "CreateTime", ["CreateTime", "LogAppendTime"])],
  ["min.insync.replicas", fixed("int", "1")],
  ["retention.bytes", { type: "long", defaultValue: () => "-1" }],
  ["retention.ms", fixed("long", "-1")],
  ["segment.bytes", fixed("int", "1073741824")],
  ["segment.ms", fixed("long", "604800000")],
  ["unclean.leader.election.enable", fixed("boolean", "false", ["true", "false"])],
]);

/** Why a topic cannot have this setting, or undefined when it can. */
export function topicConfigProblem(name: string, value: string | null): string | undefined {
  const setting = known.get(name);
  if (setting === undefined) return `Unknown topic config name: ${name}`;
  if (value === null) return `Null value not supported for topic configs: ${name}`;
  const isNumber = setting.type === "int" || setting.type === "long";
  if (isNumber && !/^-?\d{1,19}$/.test(value)) {
    return `Invalid value ${value} for configuration ${name}: Not a number of type ${setting.type.toUpperCase()}`;
  }
  const given = setting.type === "list" ? value.split(",").map((each) => each.trim()) : [value];
  const { choices } = setting;
  if (choices === undefined || given.every((each) => each === "" || choices.includes(each))) return undefined;
  return `Invalid value ${value} for configuration ${name}: only ${choices.join(", ")} are possible`;
}

/** All settings of a topic, or those asked for, given and default. */
export function topicConfigs(
  topic: Pick<Topic, "configs">,
  settings: PlaygroundSettings,
  keys: readonly string[] | null = null,
): readonly TopicConfig[] {
  const configs: TopicConfig[] = [];
  for (const [name, { type, defaultValue }] of known) {
    if (keys !== null && !keys.includes(name)) continue;
    const given = topic.configs.get(name);
    const isDefault = given === undefined;
    configs.push({
      name,
      value: given ?? defaultValue(settings),
      isDefault,
      type: types[type],
      isList: type === "list",
    });
  }
  return configs;
}

/** What a topic demands of what is produced to it. */
export function produceLimitsOf(
  { configs }: Topic,
  {
    settings,
    now,
  }: {
    readonly settings: PlaygroundSettings;
    /** By the clock of the leader, in ms. */
    readonly now: bigint;
  },
): Omit<ProduceLimits, "allowsZstd"> {
  const given = configs.get("max.message.bytes");
  return {
    maxMessageBytes: given === undefined ? settings.maxMessageBytes : Number(given),
    acceptsDamage: !settings.validatesProduced,
    needsKeys: isCompacted(configs),
    timestamps: timestampBounds(configs, now),
  };
}

/** Undefined where the broker's own clock replaces the producers'. */
function timestampBounds(configs: ReadonlyMap<string, string>, now: bigint): ProduceLimits["timestamps"] {
  if (configs.get("message.timestamp.type") === "LogAppendTime") return undefined;
  const bound = (name: string, byDefault: bigint) => BigInt(configs.get(name) ?? byDefault);
  return {
    earliest: now - bound("message.timestamp.before.max.ms", 0x7fff_ffff_ffff_ffffn),
    latest: now + bound("message.timestamp.after.max.ms", 3_600_000n),
  };
}

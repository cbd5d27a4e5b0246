import { batchCorruptions } from "#playground/faults/corruptBatch.ts";
import type { FaultAction, FaultMatch, FaultRule } from "#playground/faults/faultRule.ts";
import { allApis } from "#protocol/apiRegistry.ts";
import { errorTable } from "#protocol/errorTable.ts";

/** As much of JSON Schema (draft 7, which VS Code reads) as the rules need. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: "object" | "array" | "string" | "number" | "integer" | "boolean" | readonly string[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly dependencies?: Readonly<Record<string, readonly string[]>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  /** What VS Code offers while typing. */
  readonly defaultSnippets?: readonly { readonly label: string; readonly body: unknown }[];
}

type Described = JsonSchema & { readonly description: string };

/** The fields of one kind of action beside its kind: a field that is declared and not described does not compile. */
type FieldsOf<Kind extends FaultAction["kind"]> = {
  readonly [Field in keyof Omit<Required<Extract<FaultAction, { readonly kind: Kind }>>, "kind">]: Described;
};

const text = { type: "string", minLength: 1 } as const;
const whole = { type: "integer", minimum: 0 } as const;
const counted = { type: "integer", minimum: 1 } as const;
const api: JsonSchema = { enum: allApis.map(({ name }) => name).toSorted() };
const code: Described = { enum: Object.keys(errorTable), description: "Kafka's name of the error." };

/** What `parseFieldPath` takes. */
const pathPattern = String.raw`^[A-Za-z][A-Za-z0-9]*(\.?[A-Za-z][A-Za-z0-9]*|\[(\d{1,6}|\*)\])*$`;

const match: { readonly [Field in keyof Required<FaultMatch>]: Described } = {
  api: {
    anyOf: [api, { type: "array", items: api, minItems: 1 }],
    description: "Kafka's name of the API, or several; every API when it is left out.",
  },
  minVersion: { ...whole, description: "Only requests of this version of the API, or a newer one." },
  maxVersion: { ...whole, description: "Only requests of this version of the API, or an older one." },
  groupId: { ...text, description: "Only requests about this group." },
  memberId: { ...text, description: "Only requests about this member." },
  topic: { ...text, description: "Only requests about this topic." },
  partition: { ...whole, description: "Only requests about this partition of the topic." },
  clientId: { ...text, description: "Only requests of this client." },
  nodeId: { ...whole, description: "Only requests to this node." },
  groupState: {
    ...text,
    description: "Only while the group is in this state, as the broker calls it: CompletingRebalance.",
  },
  afterMs: { ...whole, description: "Only so many milliseconds after the rule came into force." },
  untilMs: { ...whole, description: "Only until so many milliseconds after the rule came into force." },
  nth: { ...counted, description: "Only the nth request that matches otherwise; then the rule is off." },
  everyNth: { ...counted, description: "Only every nth request that matches otherwise." },
  probability: {
    type: "number",
    minimum: 0,
    maximum: 1,
    description: "Of what matches otherwise only this share; the playground's seed decides.",
  },
};

const actions: {
  readonly [Kind in FaultAction["kind"]]: {
    readonly description: string;
    readonly fields: FieldsOf<Kind>;
    readonly optional?: readonly (keyof FieldsOf<Kind> & string)[];
  };
} = {
  hold: { description: "The request waits until it is released.", fields: {} },
  delay: {
    description: "The request waits for so long.",
    fields: { delayMs: { ...whole, description: "How long, in milliseconds." } },
  },
  error: { description: "The answer says nothing but this error.", fields: { code } },
  drop: {
    description:
      "The request is never answered, nor is what comes behind it on its connection, until the client ends that.",
    fields: {},
  },
  cutConnection: {
    description: "The connection ends instead of an answer.",
    fields: {
      midFrame: { type: "boolean", description: "After half of the answer was sent." },
    },
    optional: ["midFrame"],
  },
  corrupt: {
    description: "A batch that the request brings is damaged as it enters the log: consumers get the damage.",
    fields: {
      how: {
        enum: Object.keys(batchCorruptions),
        description: "What of the batch is damaged.",
      },
    },
  },
  repeat: {
    description:
      "The request is carried out twice and answered once, as for a client that lost the first answer and asked again.",
    fields: {},
  },
  partitionError: {
    description: "The partitions that the rule names answer this error; the others are answered as usual.",
    fields: { code },
  },
  omit: { description: "The partitions that the rule names are missing from the answer.", fields: {} },
  edit: {
    description: "A field of the answer is set to a value.",
    fields: {
      path: {
        type: "string",
        pattern: pathPattern,
        description: "Which field: responses[0].partitions[0].highWatermark; [*] means all elements.",
      },
      value: {
        type: ["string", "number", "boolean", "null"],
        description: "What it is set to; offsets are decimal texts.",
      },
    },
  },
  throttle: {
    description: "The client is told to wait, and its connection is not served for as long (KIP-219).",
    fields: { throttleMs: { ...whole, description: "How long, in milliseconds." } },
  },
  duplicate: {
    description:
      "The answer is sent twice, which violates the protocol: no broker does so over TCP. For a request that takes effect twice see repeat.",
    fields: {},
  },
};

const rule: { readonly [Field in keyof Required<FaultRule>]: Described } = {
  match: {
    type: "object",
    properties: match,
    additionalProperties: false,
    dependencies: { partition: ["topic"] },
    description: "Which requests the rule concerns; {} means all.",
  },
  action: {
    oneOf: Object.entries(actions).map(([kind, { description, fields, optional = [] }]) => ({
      description,
      type: "object",
      properties: { kind: { const: kind }, ...fields },
      required: ["kind", ...Object.keys(fields).filter((field) => !optional.some((each) => each === field))],
      additionalProperties: false,
    })),
    description: "What happens to a request that matches.",
  },
  at: {
    enum: ["request", "response"],
    description:
      "Before the broker acts on the request, or when it has acted and would answer. Errors come before, everything else after, unless this says otherwise.",
  },
  times: { ...counted, description: "The rule switches itself off after so many hits." },
  kind: { ...text, description: "A name for what the rule is; rule when it is left out." },
  title: {
    ...text,
    description: "What it is called in the Faults of the playground; made of the rest by default.",
  },
};

const rules: JsonSchema = {
  type: "array",
  items: {
    type: "object",
    properties: rule,
    required: ["match", "action"],
    additionalProperties: false,
    defaultSnippets: [
      {
        label: "Fail every second commit",
        body: {
          title: "my rule",
          match: { api: "OffsetCommit", everyNth: 2 },
          action: { kind: "error", code: "COORDINATOR_LOAD_IN_PROGRESS" },
        },
      },
    ],
  },
};

/** The schema of a file of fault rules: a list of them, or an object with one as `rules`. */
export const ruleFileSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Fault rules of a Groupscope playground",
  anyOf: [rules, { type: "object", properties: { rules }, required: ["rules"] }],
};

/** The schema's file, as the extension ships it. */
export const ruleFileSchemaPath = "media/groupscope-faults.schema.json";

/** The whole text of that file. */
export function ruleFileSchemaText(): string {
  return `${JSON.stringify(ruleFileSchema, undefined, 2)}\n`;
}

import { subscriptionIdOf } from "#playground/telemetry/subscriptionId.ts";
import type { RequestInput } from "#protocol/api.ts";
import { getTelemetrySubscriptions } from "#protocol/apis/getTelemetrySubscriptions.ts";
import { pushTelemetry } from "#protocol/apis/pushTelemetry.ts";
import { codecId } from "#protocol/records/recordBatch.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import { type AnswerTo, ask, type Sequence, type Step, sequence } from "../dialogue.ts";

type Push = RequestInput<typeof pushTelemetry>;
type Asked = Step<typeof getTelemetrySubscriptions>;

const ownId = "BBBBBBBBBBBBBBBBBBBBBA";
const reservedId = "AAAAAAAAAAAAAAAAAAAAAQ";
/** Kafka's default of `telemetry.max.bytes`. */
const maxBytes = 1_048_576;

function subscribe(idOf: (answerTo: AnswerTo) => string = () => zeroUuid): Asked {
  return ask(getTelemetrySubscriptions, (answerTo) => ({ clientInstanceId: idOf(answerTo) }));
}

/** Asks again with the id that was given. */
function again(first: Asked): Asked {
  return subscribe((answerTo) => answerTo(first).clientInstanceId);
}

/** What the client pushes that asked so, or another thing. */
function push(first: Asked, own: Partial<Push> = {}): Step {
  return ask(pushTelemetry, (answerTo) => {
    const { clientInstanceId, subscriptionId } = answerTo(first);
    const plain = { terminating: false, compressionType: 0, metrics: new Uint8Array(20) };
    return { clientInstanceId, subscriptionId, ...plain, ...own };
  });
}

/** Clients' metrics (KIP-714), where they are received and nobody subscribed to any. */
export const telemetrySequences: readonly Sequence[] = [
  sequence("telemetry: a client is given its id, and pushes at its time or too early, until it ends", () => {
    const first = subscribe();
    return [
      first,
      subscribe(),
      again(first),
      push(first, { subscriptionId: 1 }),
      again(first),
      push(first),
      push(first),
      again(first),
      push(first, { terminating: true }),
      push(first, { terminating: true }),
      push(first),
    ];
  }),
  sequence("telemetry: a client brings its id, and the number of its subscription follows from it", () => {
    const first = subscribe(() => ownId);
    return [first, push(first, { subscriptionId: subscriptionIdOf(ownId, 300_000) })];
  }),
  sequence("telemetry: ids that nobody has", () => {
    const first = subscribe();
    return [
      subscribe(() => reservedId),
      first,
      push(first, { clientInstanceId: zeroUuid }),
      push(first, { clientInstanceId: reservedId }),
      push(first, { clientInstanceId: "CCCCCCCCCCCCCCCCCCCCCA" }),
    ];
  }),
  ...[
    { what: "packed in an unknown way", own: { compressionType: 9 } },
    { what: "that cannot be unpacked", own: { compressionType: codecId("gzip") } },
    { what: "that are too many", own: { metrics: new Uint8Array(maxBytes + 1) } },
    { what: "that are none", own: { metrics: new Uint8Array(0) } },
  ].map(({ what, own }) =>
    sequence(`telemetry: metrics ${what}`, () => {
      const first = subscribe();
      return [first, push(first, own), again(first), push(first)];
    }),
  ),
];

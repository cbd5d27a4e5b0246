import path from "node:path";
import {
  type BatchCorruption,
  batchCorruptions,
  corruptionDescriptions,
} from "#playground/faults/corruptBatch.ts";
import { rackProblem } from "#playground/racks.ts";
import type { PlaygroundSettingsInput } from "#playground/settings.ts";
import {
  type KafkaRelease,
  kafkaReleases,
  newestRelease,
  type RebalanceProtocols,
  rebalanceProtocolChoices,
  rebalanceProtocolsProblem,
} from "#playground/versions/kafkaReleases.ts";
import { workloadProblem, workloadText } from "#playground/workload/workloadOptions.ts";
import { ChannelError } from "../channel/channelError.ts";
import type { RequestHandlers } from "../channel/channelServer.ts";
import type { PlaygroundRequests } from "../channel/playgroundRequests.ts";
import type { HostParts } from "../hostParts.ts";
import { playDefaultScene } from "../playground/defaultScene.ts";
import { scriptSummaries } from "../playground/scriptedMembers.ts";

/** Undefined when nothing is to be kept; a name alone means a folder of the window's storage. */
function dataDirectoryOf({ settings, storageDirectory }: HostParts["configuration"]): string | undefined {
  const wanted = settings.playgroundDataDirectory ?? "";
  if (wanted === "") return undefined;
  if (path.isAbsolute(wanted)) return wanted;
  if (storageDirectory !== undefined) return path.join(storageDirectory, wanted);
  const message = `The playground cannot be kept in ${wanted}: this window has no storage. Open a folder, or give an absolute path in the settings.`;
  throw new ChannelError("REFUSED", message);
}

function racksOf({ settings }: HostParts["configuration"]): readonly string[] {
  const { playgroundRacks: racks = [], playgroundNodes } = settings;
  const problem = rackProblem(racks, playgroundNodes);
  if (problem === undefined) return racks;
  throw new ChannelError(
    "REFUSED",
    `The playground's nodes cannot stand in the racks of the settings: ${problem}.`,
  );
}

/** Undefined settings are the playground's own defaults. */
function brokerSettingsOf({ settings }: HostParts["configuration"]): PlaygroundSettingsInput {
  const { playgroundKafkaVersion: wanted, playgroundLogBytes } = settings;
  const { playgroundAutoCreateTopics, playgroundValidatesProduced } = settings;
  const kafkaVersion = kafkaReleases.find((release) => release === wanted);
  if (wanted !== undefined && wanted !== "" && kafkaVersion === undefined) {
    const message = `The playground cannot pass for Kafka ${wanted}: choose ${kafkaReleases.join(", ")} in the settings.`;
    throw new ChannelError("REFUSED", message);
  }
  const rebalanceProtocols = protocolsOf(settings, kafkaVersion);
  return {
    ...(rebalanceProtocols !== undefined && { rebalanceProtocols }),
    ...(kafkaVersion !== undefined && { kafkaVersion }),
    ...(playgroundLogBytes !== undefined && { maxLogBytes: playgroundLogBytes }),
    ...(playgroundAutoCreateTopics !== undefined && { autoCreateTopics: playgroundAutoCreateTopics }),
    ...(playgroundValidatesProduced !== undefined && { validatesProduced: playgroundValidatesProduced }),
  };
}

function protocolsOf(
  { playgroundRebalanceProtocols: wanted = "" }: HostParts["configuration"]["settings"],
  release: KafkaRelease = newestRelease,
): RebalanceProtocols | undefined {
  if (wanted === "") return undefined;
  const protocols = rebalanceProtocolChoices.find((each) => each === wanted);
  const problem = protocols
    ? rebalanceProtocolsProblem(protocols, release)
    : `choose ${rebalanceProtocolChoices.join(" or ")}`;
  if (problem === undefined) return protocols;
  throw new ChannelError(
    "REFUSED",
    `The playground cannot have the rebalance protocols ${wanted}: ${problem}.`,
  );
}

/** By the names under which a fault's row shows them. */
const damages = Object.entries(batchCorruptions).map(([damage, name]) => ({
  damage: damage as BatchCorruption,
  name: name.slice(0, 1).toUpperCase() + name.slice(1),
  description: corruptionDescriptions[damage as BatchCorruption],
}));

/** Answers about the playground. */
export function playgroundRequests(parts: HostParts): RequestHandlers<PlaygroundRequests> {
  const { playground: controller, configuration } = parts;
  return {
    "playground.start": async ({ scene }) => {
      const { playgroundPort, playgroundNodes } = configuration.settings;
      const started = await controller.start({
        basePort: playgroundPort,
        nodes: playgroundNodes,
        racks: racksOf(configuration),
        dataDirectory: dataDirectoryOf(configuration),
        settings: brokerSettingsOf(configuration),
      });
      if (started && scene) await playDefaultScene(controller);
      return controller.status();
    },
    "playground.stop": () => controller.stop(),
    "playground.status": () => controller.status(),

    "playground.produce": async ({ topic, count }) => {
      await controller.startProducing({ topic, pace: { kind: "burst", count } }).done;
      return { produced: count };
    },
    "playground.startProducing": (options) => {
      const { workloadId, done } = controller.startProducing(options);
      done.catch((error: unknown) =>
        parts.output.log("warn", `producing to ${options.topic} stopped: ${String(error)}`),
      );
      return { workloadId };
    },
    "playground.reviewProducing": (options) => ({
      text: workloadText(options),
      problem: workloadProblem(options),
    }),
    "playground.stopProducing": ({ workloadId }) => {
      controller.playground.stopWorkload(workloadId);
    },

    "playground.scripts": () => scriptSummaries,
    "playground.addMember": (choice) => controller.members.add(choice),
    "playground.changeMember": ({ name, ...change }) => controller.members.change(name, change),
    "playground.migrateAssignor": ({ groupId, to }, context) =>
      controller.members.migrate(groupId, to, context),
    "playground.removeMember": ({ name }) => controller.members.remove(name),

    "playground.clock": () => controller.clockStatus(),
    "playground.clock.set": ({ mode }) => controller.setClock(mode),
    "playground.clock.catchUp": (_nothing, { signal }) => controller.catchUpClock(signal),
    "playground.clock.step": ({ ms }, { signal }) => controller.stepClock(ms, signal),

    "playground.addFault": (choice) => ({ faultId: controller.addFault(choice) }),
    "playground.damages": () => damages,
    "playground.troubles": () => controller.playground.troubles(),
    "playground.troubleLacks": ({ id, target }) => controller.troubleLacks(id, target),
    "playground.trouble": ({ id, target }) => controller.trouble(id, target),
    "playground.groupMembers": ({ groupId }) => controller.groupMembers(groupId),
    "playground.transactions": () =>
      controller.playground
        .transactions()
        .map(({ transactionalId, phase }) => ({ transactionalId, state: phase.state })),
    "playground.openTransactions": () => controller.openTransactions(),
    "playground.abortTransaction": (which) => controller.abortTransaction(which),
    "playground.wrongClocks": () =>
      controller.playground.wrongClocks().filter(({ aheadMs }) => aheadMs !== 0),
    "playground.addRules": ({ text }) => controller.addRules(text),
    "playground.setFaultEnabled": ({ faultId, enabled }) => {
      if (!controller.playground.setFaultEnabled(faultId, enabled)) throw unknownFault();
    },
    "playground.releaseHeld": ({ faultId }) => {
      controller.playground.releaseHeld(faultId);
    },
    "playground.removeFault": ({ faultId }) => {
      if (!controller.playground.removeFault(faultId)) throw unknownFault();
    },
  };
}

function unknownFault(): ChannelError {
  return new ChannelError("NOT_FOUND", "The playground has no such fault any more.");
}

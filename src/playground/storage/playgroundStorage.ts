import { type DataFiles, DataFilesError } from "#base/dataFiles.ts";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import type { Observe } from "#trace/observation.ts";
import type { Broker } from "../broker.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import type { StoredBatch } from "../log/storedBatch.ts";
import type { Topic } from "../log/topicStore.ts";
import { MetadataJournal } from "./metadataJournal.ts";
import { PartitionFiles } from "./partitionFiles.ts";
import type { JournalEntry, SavedPorts, SavedTopic } from "./savedCluster.ts";

const topicsFolder = "topics";
const setAsideSuffix = ".damaged";
/** Sixteen bytes in base64, as Kafka shows them. */
const topicIdPattern = /^[\w-]{22}$/;
/** Small enough that little stays on disk of what the memory's bound took. */
const defaultSegmentBytes = 1 << 20;

/**
 * Keeps a playground in a directory as it goes, so that the next one begins where it ended, however it ended: nodes
 * that joined, topics, who leads which partition, records, leader epochs, what is known of producers, and committed
 * offsets. All nodes are up again; members, transactions that were open and rules for faults end with it.
 *
 *   journal.log                     nodes, topics, where their partitions are, committed offsets
 *   topics/<id>/<partition>/*.log   a partition's batches and what else happened to its log
 */
export class PlaygroundStorage implements Disposable {
  readonly #files: DataFiles;
  readonly #observe: Observe;
  readonly #owned = new DisposableStore();
  readonly #attached = new WeakSet<PartitionLog>();
  readonly #journal: MetadataJournal;
  readonly #segmentBytes: number;
  #isWriting = true;
  #isJournalWhole = true;
  #broker: Broker | undefined;

  private constructor(files: DataFiles, observe: Observe, segmentBytes: number) {
    this.#segmentBytes = segmentBytes;
    this.#files = files;
    this.#observe = observe;
    this.#journal = new MetadataJournal(files);
  }

  /** Throws when another process has the directory, or when it cannot be used; DataFilesError when it is not ours. */
  static open(
    files: DataFiles,
    observe: Observe,
    { segmentBytes = defaultSegmentBytes }: { readonly segmentBytes?: number } = {},
  ): PlaygroundStorage {
    const storage = new PlaygroundStorage(files, observe, segmentBytes);
    storage.#owned.add(files.lock());
    try {
      storage.#refuseForeign();
      const problem = storage.#journal.load();
      storage.#isJournalWhole = problem === undefined;
      if (problem !== undefined) storage.#notice(problem);
    } catch (error) {
      storage.dispose();
      throw error;
    }
    return storage;
  }

  /** Undefined in a new directory. */
  get kafkaClusterId(): string | undefined {
    return this.#journal.saved.kafkaClusterId;
  }

  get ports(): SavedPorts | undefined {
    return this.#journal.saved.ports;
  }

  /** Fills a new broker with what there was, and writes down from then on what becomes of it. */
  async restore(broker: Broker, asked: Omit<SavedPorts, "ports">): Promise<void> {
    this.#broker = broker;
    const { saved } = this.#journal;
    // What a journal does not tell of is set aside before it is made to look whole.
    this.#clearUnknown();
    this.#guard(() => this.#journal.writeAnew());
    this.#write({ type: "cluster", kafkaClusterId: broker.kafkaClusterId });
    this.#writePorts(broker, asked);
    for (const topic of Array.from(saved.topics.values())) await this.#restoreTopic(broker, topic);
    for (const [groupId, offsets] of saved.offsets) {
      broker.groups.commits.restore(groupId, offsets.values());
    }
    this.#restoreProducerIds(broker);
    this.#follow(broker, asked);
    for (const topic of broker.topics.all) this.#placed(broker, topic, topic.partitions);
    this.#account(broker);
    for (const { partitions } of broker.topics.all)
      for (const log of partitions) broker.housekeeping.appended(log);
    this.#abortOpenTransactions(broker);
  }

  dispose(): void {
    this.#isWriting = false;
    this.#owned.dispose();
  }

  async #restoreTopic(broker: Broker, saved: SavedTopic): Promise<void> {
    const { name, topicId, replicationFactor } = saved;
    const partitions: PartitionLog[] = [];
    for (let partition = 0; partition < saved.partitions; partition++) {
      const id = { topic: name, partition };
      const files = this.#filesOf(topicId, partition);
      const { log, problems } = await files.load(id, () => broker.clock.yieldTurn());
      for (const problem of problems) this.#notice(problem, id);
      this.#attach(log, files);
      partitions.push(log);
    }
    broker.topics.restore({ name, topicId, replicationFactor, configs: new Map(saved.configs), partitions });
    for (const log of partitions) {
      const place = this.#journal.saved.placeOf(topicId, log.id.partition);
      if (place !== undefined) broker.leadership.restore(log, place);
    }
  }

  #restoreProducerIds(broker: Broker): void {
    const write = (before: bigint) => this.#write({ type: "producerIds", before: before.toString() });
    broker.producerIds.restore(this.#journal.saved.producerIdsBefore, write);
  }

  #follow(broker: Broker, asked: Omit<SavedPorts, "ports">): void {
    const { topics, groups, cluster, leadership } = broker;
    this.#owned.add(cluster.onJoined(() => this.#writePorts(broker, asked)));
    this.#owned.add(
      topics.onChanged(({ topic, isDeleted }) => {
        if (isDeleted) this.#topicDeleted(topic);
        else this.#topicChanged(broker, topic);
      }),
    );
    this.#owned.add(
      leadership.onChanged((log) => {
        const topic = topics.byName(log.id.topic);
        if (topic) this.#placed(broker, topic, [log]);
      }),
    );
    this.#owned.add(
      groups.commits.onChanged((groupId) => {
        const offsets = groups.commits.of(groupId);
        const { saved } = this.#journal;
        if (offsets === undefined) {
          if (saved.offsets.has(groupId)) this.#write({ type: "groupDeleted", groupId });
          return;
        }
        const entry = saved.offsetsEntry(groupId, offsets.entries());
        if (entry) this.#write(entry);
      }),
    );
  }

  /** The memory's bound holds for what was read as well: the oldest batches go. */
  #account(broker: Broker): void {
    const held: { readonly log: PartitionLog; readonly batch: StoredBatch; readonly at: number }[] = [];
    for (const { partitions } of broker.topics.all) {
      for (const log of partitions) {
        for (const batch of log.batches) held.push({ log, batch, at: Number(batch.newestSoFar) });
      }
    }
    // Which of two partitions a batch came to first is not written down; its time is near enough.
    held.sort((a, b) => a.at - b.at);
    let dropped = 0;
    for (const { log, batch } of held) dropped += broker.tookBack(log, batch);
    if (dropped > 0) this.#notice(`${dropped} of the oldest batches had no room in memory and are gone`);
  }

  /** Their producers cannot end them any more, as nobody remembers their transactional ids. */
  #abortOpenTransactions(broker: Broker): void {
    let aborted = 0;
    for (const { partitions } of broker.topics.all) {
      for (const log of partitions) {
        for (const { producerId, epoch, coordinatorEpoch = 0, transactionStart } of Array.from(
          log.producers.all,
        )) {
          if (transactionStart === undefined) continue;
          aborted++;
          broker.writeMarker(log.id, { producerId, producerEpoch: epoch, coordinatorEpoch, how: "abort" });
        }
      }
    }
    if (aborted > 0) this.#notice(`transactions were open in ${aborted} partitions and are aborted`);
  }

  #writePorts(broker: Broker, asked: Omit<SavedPorts, "ports">): void {
    this.#write({ type: "ports", ...asked, ports: broker.cluster.all.map(({ port }) => port) });
  }

  #placed({ leadership }: Broker, topic: Topic, logs: readonly PartitionLog[]): void {
    const states = logs.map((log) => [log.id.partition, leadership.of(topic, log)] as const);
    const entry = this.#journal.saved.placedEntry(topic.topicId, states);
    if (entry) this.#write(entry);
  }

  #topicChanged(broker: Broker, topic: Topic): void {
    const { name, topicId, replicationFactor, partitions, configs } = topic;
    // Its places first: a topic that the journal tells of has them, wherever that ends.
    this.#placed(broker, topic, partitions);
    this.#write({
      type: "topic",
      name,
      topicId,
      replicationFactor,
      partitions: partitions.length,
      configs: Array.from(configs),
    });
    for (const log of partitions) {
      if (this.#attached.has(log)) continue;
      this.#attach(log, this.#filesOf(topicId, log.id.partition));
    }
  }

  #topicDeleted({ topicId }: Topic): void {
    // The journal first: a folder that no topic has is removed at the next start.
    this.#write({ type: "topicDeleted", topicId });
    this.#guard(() => this.#files.remove(`${topicsFolder}/${topicId}`));
  }

  /** The log and its emitter live equally long. */
  #attach(log: PartitionLog, files: PartitionFiles): void {
    this.#attached.add(log);
    log.onChanged((change) => this.#guard(() => files.changed(log, change)));
  }

  #filesOf(topicId: string, partition: number): PartitionFiles {
    return new PartitionFiles(this.#files, `${topicsFolder}/${topicId}/${partition}`, this.#segmentBytes);
  }

  /** A journal is there before the first topic is: without one, what is called so is of somebody else, or all that is left. */
  #refuseForeign(): void {
    if (this.#journal.exists || this.#files.list(topicsFolder).length === 0) return;
    throw new DataFilesError(
      `${this.#files.directory} holds a folder ${topicsFolder}, but no journal.log that says what is in it. It is left as it is: choose another directory, or move that folder away.`,
    );
  }

  /** Folders of topics that are gone, or that a journal which lost something no longer tells of: those are set aside. */
  #clearUnknown(): void {
    for (const name of this.#files.list(topicsFolder)) {
      if (this.#journal.saved.topics.has(name) || !topicIdPattern.test(name)) continue;
      const folder = `${topicsFolder}/${name}`;
      this.#guard(() => {
        if (this.#isJournalWhole) this.#files.remove(folder);
        else this.#files.rename(folder, folder + setAsideSuffix);
      });
    }
  }

  #write(entry: JournalEntry): void {
    this.#guard(() => this.#journal.write(entry));
  }

  /** A disk that is full ends the writing, not the playground. */
  #guard(write: () => void): void {
    if (!this.#isWriting) return;
    try {
      write();
    } catch (error) {
      this.#isWriting = false;
      const why = error instanceof Error ? error.message : String(error);
      this.#notice(`nothing that happens from here on is kept: ${why}`);
    }
  }

  #notice(text: string, partition?: TopicPartition): void {
    const of = partition === undefined ? "" : `${topicPartitionText(partition)}: `;
    const cluster = this.#broker?.cluster;
    const down = cluster?.all.filter(({ nodeId }) => !cluster.isUp(nodeId)) ?? [];
    this.#observe({
      type: "broker.trouble",
      kind: "dataDirectory",
      title: `${of}${text} (data directory ${this.#files.directory})`,
      topic: partition?.topic,
      partition: partition?.partition,
      nodesDown: down.map(({ nodeId }) => nodeId),
    });
  }
}

import type { TreeViewId } from "#views/treeNode.ts";

/** The views of the sidebar, in order. */
export const viewIds = {
  clusters: "groupscope.clusters",
  debugConsumers: "groupscope.debugConsumers",
  findings: "groupscope.findings",
} as const satisfies Readonly<Record<string, TreeViewId>>;

/** Every command the manifest declares; a test holds package.json to this list. */
export const commandIds = {
  addCluster: "groupscope.addCluster",
  editCluster: "groupscope.editCluster",
  removeCluster: "groupscope.removeCluster",
  reconnectCluster: "groupscope.reconnectCluster",
  disconnectCluster: "groupscope.disconnectCluster",
  diagnoseCluster: "groupscope.diagnoseCluster",
  createTopic: "groupscope.createTopic",
  produceRecord: "groupscope.produceRecord",

  startDebugConsumer: "groupscope.startDebugConsumer",
  poll: "groupscope.poll",
  hold: "groupscope.hold",
  step: "groupscope.step",
  flow: "groupscope.flow",
  pause: "groupscope.pause",
  resume: "groupscope.resume",
  seek: "groupscope.seek",
  skip: "groupscope.skip",
  commitNow: "groupscope.commitNow",
  commitOffset: "groupscope.commitOffset",
  releaseCommit: "groupscope.releaseCommit",
  retryBatch: "groupscope.retryBatch",
  skipBatch: "groupscope.skipBatch",
  allowRebalance: "groupscope.allowRebalance",
  forceRebalance: "groupscope.forceRebalance",
  stopDebugConsumer: "groupscope.stopDebugConsumer",
  commitAndStop: "groupscope.commitAndStop",
  stopWithoutLeaving: "groupscope.stopWithoutLeaving",
  dismissDebugConsumer: "groupscope.dismissDebugConsumer",
  showRecords: "groupscope.showRecords",

  startPlayground: "groupscope.startPlayground",
  stopPlayground: "groupscope.stopPlayground",
  produceBurst: "groupscope.produceBurst",
  produceSteadily: "groupscope.produceSteadily",
  produceSamples: "groupscope.produceSamples",
  stopProducing: "groupscope.stopProducing",
  addScriptedMember: "groupscope.addScriptedMember",
  changeScriptedMember: "groupscope.changeScriptedMember",
  removeScriptedMember: "groupscope.removeScriptedMember",
  migrateAssignor: "groupscope.migrateAssignor",
  holdSyncGroup: "groupscope.holdSyncGroup",
  delayCommits: "groupscope.delayCommits",
  corruptNextBatch: "groupscope.corruptNextBatch",
  enableFault: "groupscope.enableFault",
  disableFault: "groupscope.disableFault",
  releaseHeld: "groupscope.releaseHeld",
  removeFault: "groupscope.removeFault",
  causeTrouble: "groupscope.causeTrouble",
  abortTransaction: "groupscope.abortTransaction",
  setClockRight: "groupscope.setClockRight",
  addNode: "groupscope.addNode",
  stopNode: "groupscope.stopNode",
  startNode: "groupscope.startNode",
  restartNode: "groupscope.restartNode",
  pauseClock: "groupscope.pauseClock",
  stepClock: "groupscope.stepClock",
  runClockFast: "groupscope.runClockFast",
  runClockAtRealSpeed: "groupscope.runClockAtRealSpeed",
  catchUpClock: "groupscope.catchUpClock",
  loadFaultRules: "groupscope.loadFaultRules",
  newFaultRule: "groupscope.newFaultRule",
  applyFaultRules: "groupscope.applyFaultRules",
  showRequests: "groupscope.showRequests",

  showRebalances: "groupscope.showRebalances",
  explainWait: "groupscope.explainWait",
  showFinding: "groupscope.showFinding",
  applyRemedy: "groupscope.applyRemedy",

  saveTrace: "groupscope.saveTrace",
  openTrace: "groupscope.openTrace",
  closeTrace: "groupscope.closeTrace",

  refresh: "groupscope.refresh",
  filterClusters: "groupscope.filterClusters",
  clearFilter: "groupscope.clearFilter",
  copyRow: "groupscope.copyRow",
  copyBootstrapServers: "groupscope.copyBootstrapServers",
  showLog: "groupscope.showLog",
} as const;

export type CommandId = (typeof commandIds)[keyof typeof commandIds];

/** Settings without their `groupscope.` prefix; a test holds package.json to this list. */
export const settingKeys = {
  clusters: "clusters",
  playgroundStartOnOpen: "playground.startOnOpen",
  playgroundPort: "playground.port",
  playgroundNodes: "playground.nodes",
  playgroundDataDirectory: "playground.dataDirectory",
  playgroundKafkaVersion: "playground.kafkaVersion",
  playgroundRebalanceProtocols: "playground.rebalanceProtocols",
  playgroundMemoryMegabytes: "playground.memoryMegabytes",
  playgroundAutoCreateTopics: "playground.autoCreateTopics",
  playgroundRacks: "playground.racks",
  playgroundValidatesProduced: "playground.validateProduced",
  refreshIntervalMs: "refreshIntervalMs",
  commitHangToleranceMs: "commitHangToleranceMs",
  maxBufferedMegabytes: "maxBufferedMegabytes",
  maxKeptRecordMegabytes: "maxKeptRecordMegabytes",
  maxTraceMegabytes: "maxTraceMegabytes",
  requestTimeoutMs: "requestTimeoutMs",
} as const;

/** Keys for `when` clauses; a test checks that the manifest uses no others of ours. */
export const contextKeys = {
  playgroundRunning: "groupscope.playgroundRunning",
  hasSessions: "groupscope.hasSessions",
  hasClusters: "groupscope.hasClusters",
  hasOpenTraces: "groupscope.hasOpenTraces",
  filtered: "groupscope.filtered",
} as const;

/** Scheme of our read-only documents. */
export const documentScheme = "groupscope";

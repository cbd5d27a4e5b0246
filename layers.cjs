// The layer table of ARCHITECTURE.md is this configuration: what each folder of src may import beside itself.
const mayImport = {
  base: [],
  node: ["base", "network"],
  protocol: ["base"],
  network: ["base", "protocol"],
  assignors: ["base", "protocol"],
  trace: ["base", "protocol"],
  model: ["base", "protocol", "trace"],
  language: ["base", "protocol"],
  engine: ["base", "protocol", "network", "assignors", "trace"],
  playground: ["base", "protocol", "network", "assignors", "trace"],
  cluster: ["base", "protocol", "network", "assignors", "trace"],
  scenario: ["base", "protocol", "trace", "engine", "playground", "cluster", "language", "model"],
  host: [
    "base",
    "node",
    "protocol",
    "network",
    "assignors",
    "trace",
    "model",
    "language",
    "engine",
    "playground",
    "cluster",
    "scenario",
    "views",
  ],
  views: ["base", "protocol", "trace", "model"],
  webview: ["base"],
  vscode: ["base"],
  cli: ["base", "node", "protocol", "playground", "host", "scenario"],
};

// Contracts that cross a layer as types only.
const contracts = {
  views: "^src/webview/[^/]+/contract\\.ts$",
  host: "^src/webview/[^/]+/contract\\.ts$",
  vscode: "^src/(host/channel/|views/treeNode\\.ts|webview/[^/]+/contract\\.ts|webview/contract\\.ts)",
};

module.exports = { mayImport, contracts };

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
  cli: ["node", "host", "scenario"],
};

// Contracts that cross a layer as types only.
const contracts = {
  views: "^src/webview/[^/]+/contract\\.ts$",
  host: "^src/webview/[^/]+/contract\\.ts$",
  vscode: "^src/(host/channel/|views/treeNode\\.ts|webview/[^/]+/contract\\.ts|webview/contract\\.ts)",
};

const layerRules = Object.entries(mayImport).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  severity: "error",
  from: { path: `^src/${layer}/` },
  to: {
    path: "^src/",
    pathNot: [`^src/(${[layer, ...allowed].join("|")})/`, ...(contracts[layer] ? [contracts[layer]] : [])],
  },
}));

module.exports = {
  mayImport,
  forbidden: [
    ...layerRules,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "folder-not-listed",
      severity: "error",
      from: { path: "^src/", pathNot: `^src/((${Object.keys(mayImport).join("|")})/|extension\\.ts$)` },
      to: {},
    },
    {
      name: "vscode-only-in-vscode",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(vscode/|extension\\.ts$)" },
      to: { path: "(^|/)vscode($|/)|vscode-languageclient", pathNot: "^src/vscode" },
    },
    {
      name: "node-only-where-allowed",
      comment: "Time, randomness and byte streams come in through base's interfaces (ARCHITECTURE.md, I2).",
      severity: "error",
      from: { path: "^src/(base|model|views|trace|assignors|webview)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "kafkajs-only-in-cluster",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cluster/" },
      to: { path: "node_modules/kafkajs" },
    },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
  },
};

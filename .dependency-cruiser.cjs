const { contracts, mayImport } = require("./layers.cjs");

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

// The command line from the sources: `npm run playground -- --port 9092` is `groupscope playground --port 9092`.
process.argv.splice(2, 0, "playground");
await import("#cli/main.ts");

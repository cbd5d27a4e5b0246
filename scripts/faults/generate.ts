// Writes the schema of files of fault rules, which VS Code completes and checks them by.
import { writeFileSync } from "node:fs";
import { ruleFileSchemaPath, ruleFileSchemaText } from "./ruleSchema.ts";

writeFileSync(ruleFileSchemaPath, ruleFileSchemaText());

import { describe } from "vitest";
import { checkSeeds } from "./checkSeeds.ts";

// The other half of the seeds of a test run.
describe("simulated runs", () => checkSeeds(501, 500));

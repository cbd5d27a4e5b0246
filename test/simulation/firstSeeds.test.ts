import { describe } from "vitest";
import { checkSeeds } from "./checkSeeds.ts";

// Half of the seeds of a test run: files run beside each other, tests of one file do not.
describe("simulated runs", () => checkSeeds(1, 500));

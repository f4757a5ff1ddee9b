import { openTestDb } from "../support/pglite.ts";
import { describeDb } from "./conformance.ts";

describeDb("PGlite", openTestDb);

export type { CredentialRequest, Credentials } from "../src/action/credentials.ts";
export { type CountersignWorker, createWorker, type WorkerOptions } from "./create-worker.ts";

export { type CountersignWorker, createWorker, type WorkerOptions } from "./create-worker.ts";

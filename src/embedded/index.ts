export type { DemoKeys } from "./demo-keys.ts";
export { type Embedded, type EmbeddedOptions, startEmbedded } from "./start-embedded.ts";

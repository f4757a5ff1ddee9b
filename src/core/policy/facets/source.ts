import type { InputSnapshot } from "./input.ts";
import type { Capability, CapabilityNames } from "./names/capabilities.ts";

/** What a document says about the place that calls run in; shared by all of its rules. */
export interface FacetSettings {
  /** Words of action names that a document adds to a capability. */
  readonly capabilityNames: CapabilityNames;
  /** Absolute directory that relative paths start from; undefined leaves them relative to a place that has no name. */
  readonly workspace: string | undefined;
}

/** What facets are read from. */
export interface FacetSource {
  /** The action's name as it was called. */
  readonly action: string;
  /** Whole words of the name, in lower case. */
  readonly nameWords: ReadonlySet<string>;
  /** What those words say the action can do. */
  readonly capabilities: ReadonlySet<Capability>;
  /** The input, read once. */
  readonly input: InputSnapshot;
  /** See {@link FacetSettings}. */
  readonly settings: FacetSettings;
}

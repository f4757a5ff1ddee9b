/**
 * Type of the failure of a step that is left to other workers: they have the version of the action that the call was made for, and this
 * one has another. Wire name.
 */
export const OTHER_VERSION = "other_version";

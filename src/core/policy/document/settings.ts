import { CAPABILITIES, type Capability } from "../facets/names/capabilities.ts";
import type { FacetSettings } from "../facets/source.ts";
import { addFault, type Cursor, readEach, readMap, readText } from "./cursor.ts";

/** Where `workspace` and `capabilities` of a document stand. */
interface SettingPlaces {
  readonly workspace: Cursor | undefined;
  readonly capabilities: Cursor | undefined;
}

type Words = readonly (readonly [Capability, readonly string[]])[];

/** Reads what a document says about the place that calls run in. */
export function readSettings({ workspace, capabilities }: SettingPlaces): FacetSettings {
  const names = capabilities === undefined ? [] : readCapabilityNames(capabilities);
  return freezeSettings(workspace && readWorkspace(workspace), names);
}

/** Settings of several documents, each after those that it extends: the last workspace that is named, and every word. */
export function mergeSettings(all: readonly FacetSettings[]): FacetSettings {
  const workspace = all.findLast((settings) => settings.workspace !== undefined)?.workspace;
  const names = CAPABILITIES.map((capability): Words[number] => {
    const words = all.flatMap(({ capabilityNames }) => capabilityNames[capability] ?? []);
    return [capability, [...new Set(words)]];
  });
  return freezeSettings(
    workspace,
    names.filter(([, words]) => words.length > 0),
  );
}

function readWorkspace(cursor: Cursor): string | undefined {
  const path = readText(cursor, { min: 1, max: 1_000 });
  if (path === undefined || /^\/[^\0]*$/.test(path)) return path;
  return addFault(cursor, "The workspace must be an absolute path", "for example /srv/app");
}

function readCapabilityNames(cursor: Cursor): Words {
  const members = readMap(cursor, { known: CAPABILITIES });
  return CAPABILITIES.flatMap((capability) => {
    const member = members?.get(capability);
    const words = member && readEach(member, readName);
    return words === undefined ? [] : [[capability, words] as const];
  });
}

function readName(cursor: Cursor): string | undefined {
  const name = readText(cursor, { min: 1, max: 200 });
  if (name === undefined || /^[\p{L}\p{N}]+([_.-]+[\p{L}\p{N}]+)*$/u.test(name)) return name;
  return addFault(cursor, "This must be a word of action names, or several joined by _", "for example my_runner");
}

function freezeSettings(workspace: string | undefined, names: Words): FacetSettings {
  const capabilityNames = Object.fromEntries(names.map(([capability, words]) => [capability, Object.freeze(words)]));
  return Object.freeze({ workspace, capabilityNames: Object.freeze(capabilityNames) });
}

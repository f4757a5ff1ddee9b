import { register as registerHooks } from "node:module";

/** How modules of actions are found and read. */
export interface ActionModules {
  /** Imports a module, TypeScript or JavaScript, by its file URL. */
  import(fileUrl: string): Promise<unknown>;
}

/** Keeps what is loaded as TypeScript apart from what this process loads otherwise. */
const NAMESPACE = "countersign-actions";

/**
 * Node runs resolution hooks in a thread of their own, which can't read TypeScript: so they are given as text, which is the same
 * whether this process runs from sources or from the build. They do two things that tsx and Node leave undone:
 * - `countersign` is this very copy, wherever the module lies: by Node's own rules a package finds itself only from its own scope,
 *   and a folder with a package.json inside the clone is another one.
 * - TypeScript is always read as an ES module, also below a package.json that doesn't say so: as CommonJS it could not import us.
 */
const HOOKS = `
let entries, namespace;
export function initialize(data) { ({ entries, namespace } = data); }
export async function resolve(specifier, context, next) {
  const own = entries[specifier];
  if (own !== undefined) return next(own, context);
  const found = await next(specifier, context);
  const file = found.format === "commonjs" ? /^(file:.*?\\.m?tsx?)(?:[?]|%3F|$)/.exec(found.url) : null;
  return file === null ? found : { ...found, url: file[1] + "?tsx-namespace=" + namespace, format: "module" };
}`;

let modules: Promise<ActionModules> | undefined;

/** Prepares this process for modules of actions, once. */
export function prepareActionModules(): Promise<ActionModules> {
  modules ??= registerLoaders();
  return modules;
}

async function registerLoaders(): Promise<ActionModules> {
  const tsx = await import("tsx/esm/api");
  const loader = tsx.register({ namespace: NAMESPACE });
  // Registered later, asked first: it sees what tsx makes of a specifier.
  registerHooks(`data:text/javascript,${encodeURIComponent(HOOKS)}`, {
    data: { entries: ownEntries(), namespace: NAMESPACE },
  });
  return { import: async (fileUrl) => (await loader.import(fileUrl, import.meta.url)) as unknown };
}

/** The public names and where they are in this copy: `.ts` when it runs from sources, `.js` in the build. */
function ownEntries(): Record<string, string> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const locate = (path: string): string => new URL(`${path}.${extension}`, import.meta.url).href;
  return {
    countersign: locate("../index"),
    "countersign/policy": locate("../core/policy/index"),
    "countersign/worker": locate("../../worker/index"),
    "countersign/server": locate("../http/index"),
    "countersign/embedded": locate("../embedded/index"),
  };
}

// Who may import whom. What a layer's row doesn't name is forbidden to it, and a folder without a row may import nothing.

/** Started by a person or named in package.json, imported by nobody. */
const ENTRY_POINTS = "^src/(index|cli/bin)\\.ts$";

/** What puts a process together; it may import every layer below the command line. */
const WIRING = ["^src/(process|embedded)/", "^src/(main|server)\\.ts$", "^worker/"];

const LAYERS = "^(src/(contract|core|action|client|config|gateway|http|store|adapters|cli)|workflows|activities)/";

/** npm packages and Node built-ins, by the name that is imported. */
const npm = (...names) => `^(node_modules/)?(@types/)?(${names.join("|")})(/|$)`;

/**
 * One layer's row: what it may import as values, and what as types only besides.
 * @param {{ name: string, from: string, values: string[], types?: string[], builtins?: string, except?: string }} row
 */
function layer({ name, from, values, types = [], builtins = "^$", except = "^$" }) {
  const allowedValues = [from, ...values];
  return [
    {
      name: `${name}-values`,
      severity: "error",
      comment: `${name} imports values from: ${values.join(", ") || "itself only"}`,
      from: { path: from },
      to: { pathNot: allowedValues, dependencyTypesNot: ["type-only", "core"] },
    },
    {
      name: `${name}-builtins`,
      severity: "error",
      comment: `${name} uses only these of Node's own modules: ${builtins}`,
      from: { path: from, pathNot: except },
      to: { dependencyTypes: ["core"], dependencyTypesNot: ["type-only"], pathNot: builtins },
    },
    {
      name: `${name}-types`,
      severity: "error",
      comment: `${name} imports types from: ${[...values, ...types].join(", ") || "itself only"}`,
      from: { path: from },
      to: { pathNot: [...allowedValues, ...types], dependencyTypes: ["type-only"], dependencyTypesNot: ["core"] },
    },
  ];
}

const ANY_BUILTIN = ".";
const LIMITS = "^src/contract/limits\\.ts$";

module.exports = {
  forbidden: [
    ...layer({ name: "contract", from: "^src/contract/", values: [npm("zod")] }),
    ...layer({
      name: "core",
      from: "^src/core/",
      values: [
        LIMITS,
        npm("canonicalize", "minimatch", "re2js", "yaml", "ipaddr.js", "unbash", "libpg-query", "@marcbachmann/cel-js"),
      ],
      types: ["^src/contract/"],
      // Hashing and comparing are pure; nothing else of Node is.
      builtins: "^(node:)?crypto$",
      // Reads the documents that come along: they are a part of the code, only not written in it.
      except: "^src/core/policy/templates\\.ts$",
    }),
    {
      name: "core-templates",
      severity: "error",
      comment: "The templates' reader uses only the file system",
      from: { path: "^src/core/policy/templates\\.ts$" },
      to: { dependencyTypes: ["core"], dependencyTypesNot: ["type-only"], pathNot: "^(node:)?fs$" },
    },
    ...layer({
      name: "action",
      from: "^src/action/",
      values: ["^src/contract/", "^src/core/", npm("zod", "canonicalize")],
      builtins: "^(node:)?crypto$",
    }),
    ...layer({
      name: "client",
      from: "^src/client/",
      values: [LIMITS, "^src/core/", npm("@opentelemetry/api")],
      types: ["^src/contract/", "^src/action/", npm("zod")],
      builtins: "^(node:)?(crypto|timers/promises)$",
    }),
    ...layer({
      name: "config",
      from: "^src/config/",
      values: ["^src/contract/", "^src/core/", npm("zod")],
      builtins: ANY_BUILTIN,
    }),
    ...layer({
      name: "workflows",
      from: "^workflows/",
      values: ["^src/core/", LIMITS, npm("@temporalio/workflow", "@temporalio/common")],
      types: ["^src/contract/", "^activities/"],
    }),
    ...layer({
      name: "activities",
      from: "^activities/",
      values: [
        "^src/core/",
        "^src/contract/",
        "^src/action/action-rejected\\.ts$",
        "^src/action/(describe-action|limit-terms-of)\\.ts$",
        "^workflows/messages\\.ts$",
        npm("@temporalio/activity", "@temporalio/common"),
      ],
      types: ["^src/gateway/ports\\.ts$", "^src/store/", "^src/action/", "^workflows/", npm("zod")],
      builtins: ANY_BUILTIN,
    }),
    ...layer({
      name: "store",
      from: "^src/store/",
      values: ["^src/contract/", "^src/core/", npm("pg", "@electric-sql/pglite")],
      builtins: ANY_BUILTIN,
    }),
    ...layer({
      name: "adapters",
      from: "^src/adapters/",
      values: [
        "^src/contract/",
        "^src/core/",
        "^workflows/(messages|first-attributes|search-attributes)\\.ts$",
        npm(
          "@temporalio/client",
          "@temporalio/common",
          "@temporalio/envconfig",
          "@temporalio/proto",
          "@temporalio/worker",
          "@opentelemetry/api",
          "@opentelemetry/exporter-trace-otlp-http",
          "@opentelemetry/resources",
          "@opentelemetry/sdk-trace-node",
          "pg",
          "pino",
          "prom-client",
        ),
      ],
      types: ["^src/gateway/ports\\.ts$", "^src/store/", "^workflows/"],
      builtins: ANY_BUILTIN,
    }),
    ...layer({
      name: "gateway",
      from: "^src/gateway/",
      values: ["^src/contract/", "^src/core/", "^workflows/messages\\.ts$", npm("ajv")],
      types: ["^src/store/", "^workflows/"],
      builtins: ANY_BUILTIN,
    }),
    ...layer({
      name: "http",
      from: "^src/http/",
      values: [
        "^src/contract/",
        "^src/core/",
        "^src/gateway/assert-idempotency-key\\.ts$",
        npm("hono", "@hono/node-server", "@hono/zod-openapi", "@asteasolutions/zod-to-openapi", "zod"),
      ],
      types: ["^src/gateway/"],
      builtins: ANY_BUILTIN,
    }),
    ...layer({
      name: "cli",
      from: "^src/cli/",
      // Besides its own doors the command line starts the processes, so it may import what wires them.
      values: [
        "^src/(contract|core|client|config)/",
        ...WIRING,
        "^src/store/(postgres|migrate|roles|retention|reseal)\\.ts$",
        npm("commander", "cli-table3", "tsx", "yaml", "zod"),
      ],
      types: ["^src/(action|gateway|adapters|store)/"],
      builtins: ANY_BUILTIN,
    }),
    {
      name: "no-entry-point-imports",
      severity: "error",
      comment: "An entry point runs when it is imported",
      from: { pathNot: "^test/" },
      to: { path: ENTRY_POINTS },
    },
    {
      name: "wiring-below-cli",
      severity: "error",
      comment: "The command line starts processes; none of them knows it",
      from: { path: WIRING },
      to: { path: "^src/cli/" },
    },
    {
      name: "no-unknown-folders",
      severity: "error",
      comment: "A new folder needs a row in this table first",
      from: { path: "^(src|workflows|activities|worker)/", pathNot: [LAYERS, ...WIRING, ENTRY_POINTS] },
      to: {},
    },
    {
      name: "no-test-imports",
      severity: "error",
      comment: "What ships doesn't depend on what doesn't",
      from: { path: "^(src|workflows|activities|worker)/" },
      to: { path: "^(test|scripts|examples|bench|demo)/" },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      comment: "The import names nothing that exists",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-dev-dependencies",
      severity: "error",
      comment: "Development dependencies aren't installed with the package",
      from: { path: "^(src|workflows|activities|worker)/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|coverage|\\.cache)/" },
    // Type imports are edges too, marked as such.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"] },
  },
};

// What is reached when the program runs: type imports are gone here.
const NODE_MODULES = require("node:module").builtinModules.join("|");

module.exports = {
  forbidden: [
    {
      name: "no-value-cycles",
      severity: "error",
      comment: "Files that import each other as values load in an order that nobody chose",
      from: {},
      to: { circular: true },
    },
    {
      name: "sandbox-stays-small",
      severity: "error",
      comment:
        "Each cached workflow would hold ten times as much memory with zod, and Node's modules don't exist there",
      from: { path: "^workflows/" },
      to: { path: ["^(node_modules/)?zod(/|$)", `^(node:)?(${NODE_MODULES})$`], reachable: true },
    },
    {
      name: "root-stays-small",
      severity: "error",
      comment: "The root import has no engine, no database, no server and no schema library underneath",
      from: { path: "^src/index\\.ts$" },
      to: {
        path: "^(node_modules/)?(@temporalio|pg|@electric-sql|hono|@hono|zod|ajv|commander|pino)(/|$)",
        reachable: true,
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|coverage|\\.cache)/" },
    tsPreCompilationDeps: false,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"] },
  },
};

import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "./app-env.ts";
import { views } from "./views.ts";

/** Version of the HTTP interface, the `1` of `/v1`; it moves only with additions. */
const INTERFACE_VERSION = "1.0.0";

const plain = (description: string, schema: z.ZodType) => ({
  description,
  content: { "application/json": { schema } },
});

const PartAnswer = z.object({
  ready: z.boolean(),
  detail: z.string().optional(),
  since: z.iso.datetime().optional(),
});

const ReadyAnswer = z.object({
  ready: z.literal(true),
  missing: z.array(z.string()),
  parts: z.record(z.string(), PartAnswer),
});

/** Adds `GET /openapi.json`. The document is written when it is first asked for, and kept. */
export function addOpenApiRoute(app: OpenAPIHono<AppEnv>, publicUrl: string | undefined): void {
  describeShared(app);
  let document: string | undefined;
  app.get("/openapi.json", (c) => {
    document ??= JSON.stringify(writeDocument(app, publicUrl));
    return c.body(document, 200, { "content-type": "application/json" });
  });
}

function describeShared(app: OpenAPIHono<AppEnv>): void {
  const registry = app.openAPIRegistry;
  registry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "An API key",
  });
  const problem = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
  registry.registerComponent("responses", "Problem", {
    description: "An error (RFC 9457); branch on `code`",
    content: problem,
  });
  registry.register("Problem", views.problem);
  const health = { method: "get" as const, tags: ["Health"], security: [] };
  registry.registerPath({
    ...health,
    path: "/healthz",
    summary: "Whether the process is alive",
    responses: { 200: plain("Alive", z.object({ status: z.literal("ok") })) },
  });
  registry.registerPath({
    ...health,
    path: "/readyz",
    summary: "Whether calls can be served right now",
    responses: {
      200: plain("Ready", ReadyAnswer),
      503: { $ref: "#/components/responses/Problem" },
    },
  });
}

function writeDocument(app: OpenAPIHono<AppEnv>, publicUrl: string | undefined) {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Countersign",
      version: INTERFACE_VERSION,
      description: "Guarded actions: decided by policy, approved by the right people, executed once, with evidence.",
    },
    servers: [{ url: publicUrl ?? "/" }],
  });
}

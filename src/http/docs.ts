import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Hono } from "hono";
import { CountersignError } from "../core/countersign-error.ts";
import type { AppContext, AppEnv } from "./app-env.ts";

/** Files of the documentation page and their media types; the build copies them beside this module. */
const ASSETS: ReadonlyMap<string, string> = new Map([
  ["swagger-ui.css", "text/css; charset=utf-8"],
  ["swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
  ["favicon-32x32.png", "image/png"],
]);

const INITIALIZER = "initializer.js";

/** Nothing from elsewhere, no inline script; the page's own styles are partly inline. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Countersign: HTTP interface</title>
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css">
    <link rel="icon" type="image/png" href="/docs/assets/favicon-32x32.png">
  </head>
  <body>
    <div id="docs"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/assets/${INITIALIZER}"></script>
  </body>
</html>
`;

// Without a validator's address the page would send the document's address to a public service.
const INITIALIZER_SOURCE = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null });\n`;

/** Adds `GET /docs`, the interface as a page, served from our own assets only. */
export function addDocsRoutes(app: Hono<AppEnv>): void {
  const loaded = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

  app.get("/docs", (c) => c.html(PAGE, 200, { "content-security-policy": PAGE_POLICY, "cache-control": "no-cache" }));
  app.get("/docs/assets/:file", async (c) => {
    const file = c.req.param("file");
    if (file === INITIALIZER) return answerAsset(c, INITIALIZER_SOURCE, "text/javascript; charset=utf-8");
    const mediaType = ASSETS.get(file);
    if (mediaType === undefined) throw new CountersignError("not_found", "There is no such file");
    const content = loaded.get(file) ?? loadAsset(file);
    loaded.set(file, content);
    return answerAsset(c, await content, mediaType);
  });
}

function answerAsset(c: AppContext, content: string | Uint8Array<ArrayBuffer>, mediaType: string): Response {
  return c.body(content, 200, { "content-type": mediaType, "cache-control": "public, max-age=3600" });
}

/** From beside the built module, or from the package while this runs from its sources. */
async function loadAsset(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const built = fileURLToPath(new URL(`assets/${file}`, import.meta.url));
  const content = await readFile(built).catch(() => readFile(join(findPackage(), file)));
  return new Uint8Array(content);
}

function findPackage(): string {
  return dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
}

import { CountersignError } from "../core/countersign-error.ts";
import type { AppContext } from "./app-env.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a body whole, as text.
 * @throws too_large as soon as it is known, by the declared length or by the bytes that came; malformed_request when it isn't UTF-8
 */
export async function readText(c: AppContext, maxBytes: number): Promise<string> {
  const declared = c.req.header("content-length");
  if (declared !== undefined && Number(declared) > maxBytes) throw tooLarge(maxBytes);
  const bytes = declared === undefined ? await readStream(c, maxBytes) : await readWhole(c);
  if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new CountersignError("malformed_request", "The body is not UTF-8", { cause: error });
  }
}

/** Parses a body as JSON. @throws malformed_request */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which may be secret: it is not even kept as the cause.
    throw new CountersignError("malformed_request", "The body is not JSON");
  }
}

/** Checks that the body says to be of one of these types, in UTF-8 and not compressed. @throws unsupported_media_type */
export function assertMediaType(c: AppContext, allowed: readonly string[]): void {
  const [essence = "", ...parameters] = (c.req.header("content-type") ?? "").toLowerCase().split(";");
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith("charset="));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  const encoding = c.req.header("content-encoding") ?? "identity";
  if (allowed.includes(essence.trim()) && isUtf8 && encoding === "identity") return;
  throw new CountersignError(
    "unsupported_media_type",
    `The body must be ${allowed.join(" or ")} in UTF-8, not compressed`,
  );
}

/** With a declared length the server's parser already bounds what can come. */
async function readWhole(c: AppContext): Promise<Uint8Array> {
  try {
    return new Uint8Array(await c.req.raw.arrayBuffer());
  } catch (error) {
    throw new CountersignError("malformed_request", "The body could not be read", { cause: error });
  }
}

async function readStream(c: AppContext, maxBytes: number): Promise<Uint8Array> {
  const stream: ReadableStream<Uint8Array> | null = c.req.raw.body;
  if (stream === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.byteLength;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    throw new CountersignError("malformed_request", "The body could not be read", { cause: error });
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(maxBytes: number): CountersignError {
  return new CountersignError("too_large", `The body is larger than ${maxBytes} bytes`, { details: { maxBytes } });
}

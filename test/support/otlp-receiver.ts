import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as it came over OTLP, cut down to what tests look at. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Absent for the first of a trace. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** `code: message` of what went wrong; absent where nothing did. */
  readonly fault: string | undefined;
  readonly service: string;
}

/** A collector of traces on loopback. */
export interface OtlpReceiver {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
  /** Every span that came, in the order of their ends. */
  readonly spans: readonly ReceivedSpan[];
  /** All that came, as it came. */
  text(): string;
  close(): Promise<void>;
}

interface WireValue {
  readonly stringValue?: string;
  readonly intValue?: number;
}
interface WireAttribute {
  readonly key: string;
  readonly value: WireValue;
}
interface WireSpan extends Pick<ReceivedSpan, "traceId" | "spanId" | "name"> {
  readonly parentSpanId?: string;
  readonly attributes: WireAttribute[];
  readonly status: { readonly code?: number; readonly message?: string };
}
interface WireResource {
  readonly resource: { readonly attributes: WireAttribute[] };
  readonly scopeSpans: { readonly spans: WireSpan[] }[];
}

/** Starts a collector that takes OTLP/HTTP with JSON bodies. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  let received = "";
  const server = createServer((request, response) => {
    void readAll(request).then((body) => {
      received += body;
      for (const part of (JSON.parse(body) as { resourceSpans: WireResource[] }).resourceSpans)
        spans.push(...read(part));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    text: () => received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function read({ resource, scopeSpans }: WireResource): ReceivedSpan[] {
  const service = String(toRecord(resource.attributes)["service.name"]);
  return scopeSpans.flatMap(({ spans }) =>
    spans.map(({ traceId, spanId, parentSpanId, name, attributes, status }) => ({
      ...{ traceId, spanId, name, service, attributes: toRecord(attributes) },
      parentSpanId: parentSpanId === "" ? undefined : parentSpanId,
      fault: status.code === 2 ? (status.message ?? "") : undefined,
    })),
  );
}

function toRecord(attributes: readonly WireAttribute[]): Record<string, string | number> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]));
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

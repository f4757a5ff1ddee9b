/** What a caller of a real server got. */
export interface WireAnswer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A request as a test writes it. */
export interface WireRequest {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody with a key who talks to a server by HTTP. */
export interface WireCaller {
  readonly apiKey: string;
  /** Sends a request and reads the JSON answer. */
  call<Body = Record<string, unknown>>(path: string, request?: WireRequest): Promise<WireAnswer<Body>>;
  /** Calls an action; doesn't wait for its end unless told. */
  invoke(action: string, input: unknown, options?: InvokeOptions): Promise<WireAnswer<InvokedView>>;
  /** Votes to approve. */
  approve(id: string): Promise<WireAnswer>;
  /** Reads an invocation, waiting until it is closed for as long as told. */
  read(id: string, waitMs?: number): Promise<InvokedView>;
}

/** How an action is called. */
export interface InvokeOptions {
  readonly key?: string;
  readonly waitMs?: number;
}

/** What tests look at in an invocation's view. */
export interface InvokedView {
  readonly id: string;
  readonly status: string;
  readonly replayed?: boolean;
  readonly attempts: number;
  readonly output?: { readonly key: string };
  readonly approval?: { readonly status: string; readonly decideBy: string };
}

/** A caller of the server at `url`; `url` is asked anew each time, since a server that was started again has another port. */
export function createCaller(url: () => string, apiKey: string): WireCaller {
  async function call<Body>(path: string, request: WireRequest = {}): Promise<WireAnswer<Body>> {
    const { body, headers, method = body === undefined ? "GET" : "POST" } = request;
    const response = await fetch(`${url()}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(90_000),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === "" ? {} : JSON.parse(text)) as Body };
  }
  return {
    ...{ apiKey, call },
    invoke: (action, input, { key, waitMs } = {}) =>
      call(`/v1/actions/${action}/invocations`, {
        body: { input, ...(waitMs === undefined ? {} : { waitMs }) },
        headers: key === undefined ? {} : { "idempotency-key": key },
      }),
    approve: (id) => call(`/v1/approvals/${id}/approve`, { body: {} }),
    read: async (id, waitMs = 0) => (await call<InvokedView>(`/v1/invocations/${id}?waitMs=${waitMs}`)).body,
  };
}

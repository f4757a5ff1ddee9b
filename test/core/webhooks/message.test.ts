import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../src/contract/audit.ts";
import { WebhookMessage } from "../../../src/contract/webhooks.ts";
import { messageIdOf, messageOf, signMessage } from "../../../src/core/webhooks/message.ts";
import { bytesOfSecret, deriveSecret, listSecrets } from "../../../src/core/webhooks/secret.ts";

const SOURCE = { tenant: "acme", id: "whk_0", nonce: "n-1" };
const NOW_S = Math.floor(Date.now() / 1_000);
const EVENT: AuditEvent = {
  ...{ seq: 7, type: "approval.opened", at: "2026-11-21T10:00:00.000Z", tenant: "acme" },
  ...{ data: { round: 1 }, prevHash: "0", hash: "1" },
};

describe("deriveSecret()", () => {
  it("gives 32 bytes as Standard Webhooks writes a secret, each time the same", () => {
    const secret = deriveSecret("key", SOURCE);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(bytesOfSecret(secret)).toHaveLength(32);
    expect(deriveSecret(["key", "older"], SOURCE)).toBe(secret);
  });

  it("gives another one for another key, tenant, webhook or nonce, however they are put together", () => {
    const others = [
      deriveSecret("yek", SOURCE),
      ...[{ tenant: "acm" }, { id: "ewhk_0" }, { nonce: "n-2" }, { tenant: 'acme","x', id: "" }].map((change) =>
        deriveSecret("key", { ...SOURCE, ...change }),
      ),
    ];
    expect(new Set([deriveSecret("key", SOURCE), ...others]).size).toBe(others.length + 1);
  });
});

describe("signMessage()", () => {
  const id = messageIdOf("whk_0", 7);
  const verify = (secret: string, headers: Record<string, string>, body: string): unknown =>
    new Webhook(secret).verify(body, headers);

  it("makes what the reference implementation verifies, whatever the body holds", () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ minLength: 1 }), (body, key) => {
        const secret = deriveSecret(key, SOURCE);
        const headers = signMessage([secret], { id, timestampS: NOW_S, body });
        expect(verify(secret, headers, body)).toEqual(JSON.parse(body));
        expect(headers["webhook-signature"]).toBe(new Webhook(secret).sign(id, new Date(NOW_S * 1_000), body));
      }),
    );
  });

  it("lets holders of any of several secrets verify, and nobody else", () => {
    const ring = ["new", "old"] as const;
    const secrets = listSecrets(ring, [SOURCE, { ...SOURCE, nonce: "n-0" }]);
    const headers = signMessage(secrets, { id, timestampS: NOW_S, body: "{}" });
    expect(secrets).toHaveLength(4);
    expect(secrets[0]).toBe(deriveSecret(ring, SOURCE));
    expect(headers["webhook-signature"].split(" ")).toHaveLength(4);
    for (const secret of secrets) expect(verify(secret, headers, "{}")).toEqual({});
    for (const other of [deriveSecret("third", SOURCE), deriveSecret("new", { ...SOURCE, nonce: "n-2" })]) {
      expect(() => verify(other, headers, "{}")).toThrow("No matching signature found");
    }
  });

  it("covers id, time and body: what is changed or from another day is refused", () => {
    const secret = deriveSecret("key", SOURCE);
    const headers = signMessage([secret], { id, timestampS: NOW_S, body: '{"a":1}' });
    const forged = [
      [{ ...headers, "webhook-id": messageIdOf("whk_0", 8) }, '{"a":1}'],
      [{ ...headers, "webhook-timestamp": String(NOW_S + 1) }, '{"a":1}'],
      [headers, '{"a":2}'],
      [{ ...headers, "webhook-signature": headers["webhook-signature"].replace("v1,", "v1a,") }, '{"a":1}'],
    ] as const;
    for (const [changed, body] of forged) expect(() => verify(secret, changed, body)).toThrow("No matching");
    const old = signMessage([secret], { id, timestampS: NOW_S - 3_600, body: "{}" });
    expect(() => verify(secret, old, "{}")).toThrow("too old");
  });
});

describe("messageOf()", () => {
  it("tells of an event what it says, without its place in the chain", () => {
    expect(messageOf(EVENT, {})).toEqual({
      type: "approval.opened",
      timestamp: "2026-11-21T10:00:00.000Z",
      data: { seq: 7, tenant: "acme", details: { round: 1 } },
    });
  });

  it("names who and what, and where to look, and fits its contract", () => {
    const named = { principal: "ada", actor: "bot", invocation: "ivn_1", action: "test.echo" };
    const links = { link: "https://here/v1/approvals/ivn_1", temporalUiUrl: "https://ui" };
    const message = messageOf({ ...EVENT, ...named }, links);
    expect(message.data).toEqual({ seq: 7, tenant: "acme", ...named, details: { round: 1 }, ...links });
    expect(WebhookMessage.parse(message)).toEqual(message);
  });
});

describe("messageIdOf()", () => {
  it("is another one for each webhook and event, and has no dot in it", () => {
    expect(messageIdOf("whk_1", 2)).toBe("msg_whk_1_2");
    expect(messageIdOf("whk_12", 3)).not.toBe(messageIdOf("whk_1", 23));
  });
});

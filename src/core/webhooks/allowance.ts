import ipaddr from "ipaddr.js";

/** What an operator lets webhooks call besides public addresses, without TLS too: a host, on one port or on any, or a range of addresses. */
export type WebhookAllowance =
  | { readonly kind: "host"; readonly host: string; readonly port: number | undefined }
  | { readonly kind: "range"; readonly range: readonly [ipaddr.IPv4 | ipaddr.IPv6, number] };

const HOST_AND_PORT = /^(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)(?::(\d{1,5}))?$/;
const MAX_PORT = 65_535;

/** Reads a host name, `host:port`, an address or a range such as `10.0.0.0/8`; `undefined` for anything else. */
export function parseAllowance(text: string): WebhookAllowance | undefined {
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || ipaddr.IPv6.isValidCIDR(text)) {
    return { kind: "range", range: ipaddr.parseCIDR(text) };
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text)) {
    const address = ipaddr.process(text);
    return { kind: "range", range: [address, address.kind() === "ipv4" ? 32 : 128] };
  }
  const [, name = "", digits] = HOST_AND_PORT.exec(text) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (name === "" || (port !== undefined && port > MAX_PORT) || !URL.canParse(`http://${name}`)) return undefined;
  return { kind: "host", host: new URL(`http://${name}`).hostname.replace(/^\[(.*)\]$/, "$1"), port };
}

/** Whether a host is allowed by its name, as a URL writes it. */
export function isAllowedHost(
  { host, port }: { readonly host: string; readonly port: number },
  allowances: readonly WebhookAllowance[],
): boolean {
  return allowances.some(
    (one) => one.kind === "host" && one.host === host && (one.port === undefined || one.port === port),
  );
}

/** Whether an address lies in an allowed range; an IPv4 address written as an IPv6 one is that IPv4 address. */
export function isAllowedAddress(text: string, allowances: readonly WebhookAllowance[]): boolean {
  const address = ipaddr.process(text);
  return allowances.some((one) => {
    if (one.kind !== "range") return false;
    const [range, bits] = one.range;
    return address.kind() === range.kind() && address.match(range, bits);
  });
}

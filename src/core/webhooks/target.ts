import ipaddr from "ipaddr.js";
import { classifyAddress, normalizeAddress } from "../policy/facets/urls/classify-address.ts";
import { isAllowedAddress, isAllowedHost, type WebhookAllowance } from "./allowance.ts";

/** Where a message goes. */
export interface WebhookTarget {
  /** The URL in its normal form. */
  readonly url: string;
  readonly isSecure: boolean;
  /** Name or address, an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
  /** The operator named this host: it may have any address. */
  readonly isAllowedHost: boolean;
}

/** A target, or how a sentence about its URL goes on. */
export type TargetReading =
  { readonly target: WebhookTarget; readonly problem?: never } | { readonly target?: never; readonly problem: string };

/** Space, control characters and backslashes: what readers of URLs disagree about. */
const UNPLAIN = /[\x00-\x20\x7f\\]/;

const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/** Reads where a webhook's messages would go, and refuses what may not be called whatever its name resolves to. */
export function readTarget(text: string, allowances: readonly WebhookAllowance[]): TargetReading {
  const url = UNPLAIN.test(text) || !URL.canParse(text) ? undefined : new URL(text);
  if (url === undefined || !/^https?:$/.test(url.protocol)) return { problem: "must be an https URL" };
  if (`${url.username}${url.password}` !== "") return { problem: "must hold no user name and no password" };
  if (url.hash !== "") return { problem: "must have no fragment" };
  const target = targetOf(url, allowances);
  const isLiteral = ipaddr.isValid(target.host);
  const isAllowed = target.isAllowedHost || (isLiteral && isAllowedAddress(target.host, allowances));
  if (!target.isSecure && !isAllowed) return { problem: "must be an https URL, unless the operator allows its host" };
  if (isLiteral && !isAllowed && !isPublic(target.host))
    return { problem: "must not name an address that isn't public" };
  return { target };
}

/**
 * Whether every address that a target's host has may be called: it is public, or the operator allows it. One that is not makes the
 * whole host suspect.
 */
export function mayCall(
  target: WebhookTarget,
  addresses: readonly string[],
  allowances: readonly WebhookAllowance[],
): boolean {
  if (addresses.length === 0 || !addresses.every((address) => ipaddr.isValid(address))) return false;
  if (target.isAllowedHost) return true;
  return addresses.every((address) => isPublic(address) || isAllowedAddress(address, allowances));
}

/** Whether an address is one of some, however each of them is written. */
export function isOneOf(address: string | undefined, addresses: readonly string[]): boolean {
  if (address === undefined || !ipaddr.isValid(address)) return false;
  const normal = normalizeAddress(address);
  return addresses.some((one) => normalizeAddress(one) === normal);
}

function targetOf(url: URL, allowances: readonly WebhookAllowance[]): WebhookTarget {
  const isSecure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = url.port === "" ? (isSecure ? 443 : 80) : Number(url.port);
  return {
    url: url.href,
    ...{ isSecure, host, port },
    path: `${url.pathname}${url.search}`,
    isAllowedHost: isAllowedHost({ host, port }, allowances),
  };
}

/** Of IPv6 only what registries give out for the whole world (2000::/3): everything else has a meaning of its own, or none yet. */
function isPublic(text: string): boolean {
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv6 && !address.match(GLOBAL_UNICAST)) return false;
  const classes = classifyAddress(text);
  return classes.length === 1 && classes[0] === "public";
}

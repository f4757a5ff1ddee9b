import { addFault, type Cursor, readBoolean, readEach, readInteger, readText, readWord } from "../document/cursor.ts";
import { ADDRESS_CLASSES, type HostFact, type UrlFact } from "../facets/urls/url-fact.ts";
import { type Truth, truthOf } from "../truth.ts";
import type { ConditionReader, MatchContext } from "./condition.ts";
import { type FacetField, type KeyReader, type KeyTest, readFacetCondition } from "./facet-condition.ts";
import type { Pattern } from "./patterns.ts";
import { readPattern } from "./read-pattern.ts";

/** Whether a name looks as if it led inside a network. */
const NAME_KINDS = ["internal", "public"] as const;

const URL_FIELD: FacetField<UrlFact> = {
  field: "url",
  keys: {
    scheme: schemeReader(true),
    except_scheme: schemeReader(false),
    host: hostReader(true),
    except_host: hostReader(false),
    ip: readClasses,
    name: readNameKinds,
    port: readPorts,
    credentials: flagReader("credentials", ({ hasCredentials }) => hasCredentials),
    download: flagReader("download", ({ isDownload }) => isDownload),
  },
  itemsOf: ({ facets }) => facets.urls.urls,
  mayBeNothing: ({ scheme, host }) => scheme === undefined && host === undefined,
  describe: describeUrl,
};

/** Reads `match.url`: the web addresses that a call speaks of. */
export const readUrlCondition: ConditionReader = (cursor, context) => readFacetCondition(cursor, context, URL_FIELD);

/** A scheme from a list, or one that isn't in it; a bare host that something connects to has none, and fits neither. */
function schemeReader(isWanted: boolean): KeyReader<UrlFact> {
  return (cursor) => {
    const schemes = readEach(cursor, readScheme);
    return (
      schemes && {
        expected: isWanted ? schemes : schemes.map((scheme) => `not ${scheme}:`),
        holds: ({ scheme }) => {
          if (scheme === undefined) return "unknown";
          return truthOf(scheme !== "" && schemes.includes(scheme) === isWanted);
        },
      }
    );
  };
}

function readScheme(cursor: Cursor): string | undefined {
  const scheme = readText(cursor, { min: 1, max: 50 });
  if (scheme === undefined || /^[a-z][a-z0-9+.-]*$/.test(scheme)) return scheme;
  return addFault(cursor, "A scheme is written in lower case, without a colon", "for example https");
}

/** A host that fits one of some patterns, or none of them. */
function hostReader(isWanted: boolean): KeyReader<UrlFact> {
  return (cursor, context) => {
    const patterns = readEach(cursor, (item) => readHostPattern(item, context));
    if (patterns === undefined) return undefined;
    const fits = ({ host }: HostFact): boolean => host !== "" && patterns.some((pattern) => pattern.matches(host));
    return {
      expected: patterns.map(({ source }) => (isWanted ? source : `not ${source}`)),
      holds: ({ host }) => (host === undefined ? "unknown" : truthOf(fits(host) === isWanted)),
    };
  };
}

/** Hosts are matched in normal form: a pattern that no normal form can fit is a fault. */
function readHostPattern(cursor: Cursor, context: MatchContext): Pattern | undefined {
  const pattern = readPattern(cursor, context, { tilde: true });
  if (pattern === undefined || pattern.kind === "regex") return pattern;
  if (/[^\x21-\x7e]|[A-Z]/.test(pattern.source))
    return addFault(cursor, "A host is matched in lower case and in ASCII", "write names in other letters as xn--…");
  if (pattern.source.includes("/"))
    return addFault(cursor, "A host has no slash", "name the host alone; kinds of addresses stand under ip");
  return pattern;
}

function readClasses(cursor: Cursor, { quantifier }: MatchContext): KeyTest<UrlFact> | undefined {
  const expected = readEach(cursor, (item) => readWord(item, ADDRESS_CLASSES));
  return (
    expected && {
      expected,
      holds: ({ host }) => {
        if (host === undefined) return "unknown";
        const isExpected = (found: HostFact["classes"][number]): boolean => expected.includes(found);
        if (quantifier === "any") return truthOf(host.classes.some(isExpected));
        return truthOf(host.classes.length > 0 && host.classes.every(isExpected));
      },
    }
  );
}

function readNameKinds(cursor: Cursor): KeyTest<UrlFact> | undefined {
  const expected = readEach(cursor, (item) => readWord(item, NAME_KINDS));
  return (
    expected && {
      expected: expected.map((kind) => `${kind} name`),
      holds: ({ host }) => {
        if (host === undefined) return "unknown";
        const kind = nameKindOf(host);
        return truthOf(kind !== undefined && expected.includes(kind));
      },
    }
  );
}

function nameKindOf({ host, classes, isInternalName }: HostFact): (typeof NAME_KINDS)[number] | undefined {
  if (isInternalName) return "internal";
  return host === "" || classes.length > 0 ? undefined : "public";
}

function readPorts(cursor: Cursor): KeyTest<UrlFact> | undefined {
  const ports = readEach(cursor, (item) => readInteger(item, { min: 1, max: 65_535 }));
  return (
    ports && {
      expected: ports.map((port) => `port ${port}`),
      holds: ({ host, port }) => {
        if (host === undefined) return "unknown";
        return truthOf(port !== undefined && ports.includes(port));
      },
    }
  );
}

function flagReader(name: string, flagOf: (fact: UrlFact) => boolean | undefined): KeyReader<UrlFact> {
  return (cursor) => {
    const isWanted = readBoolean(cursor);
    if (isWanted === undefined) return undefined;
    const holds = (fact: UrlFact): Truth => {
      const flag = flagOf(fact);
      return flag === undefined ? "unknown" : truthOf(flag === isWanted);
    };
    return { expected: [isWanted ? name : `no ${name}`], holds };
  };
}

/** Scheme, host and port: paths, queries and credentials may be secret. */
function describeUrl({ scheme, host, port }: UrlFact): string {
  const place = host === undefined ? "a host that can't be known" : host.host;
  const start = scheme === undefined ? "an unknown scheme, " : scheme === "" ? "" : `${scheme}://`;
  return port === undefined ? `${start}${place}` : `${start}${place}:${port}`;
}

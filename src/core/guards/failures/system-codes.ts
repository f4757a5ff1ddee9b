import type { FailureKind } from "../../../contract/policy.ts";

/** Codes of Node, of libuv, c-ares and OpenSSL beneath it, and of undici, which is Node's `fetch`. Names as they are thrown. */
const CODES: Readonly<Partial<Record<FailureKind, readonly string[]>>> = {
  timeout: [
    ...[
      "ETIMEDOUT",
      "ESOCKETTIMEDOUT",
      "ETIMEOUT",
      "ETIME",
      "ERR_SOCKET_CONNECTION_TIMEOUT",
      "ERR_HTTP_REQUEST_TIMEOUT",
    ],
    ...["ERR_TLS_HANDSHAKE_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"],
  ],
  transport: [
    // No connection, or none any more.
    ...["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ENOTCONN", "ESHUTDOWN", "EPROTO", "EADDRNOTAVAIL"],
    ...["EHOSTUNREACH", "EHOSTDOWN", "ENETUNREACH", "ENETDOWN", "ENETRESET", "ENONET"],
    ...["ERR_SOCKET_CLOSED", "ERR_STREAM_PREMATURE_CLOSE", "ERR_HTTP2_STREAM_ERROR", "ERR_HTTP2_SESSION_ERROR"],
    ...[
      "ERR_HTTP2_GOAWAY_SESSION",
      "ERR_HTTP2_PING_CANCEL",
      "UND_ERR_SOCKET",
      "UND_ERR_PRX_TLS",
      "UND_ERR_HTTP_PARSER",
    ],
    ...["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "ERR_NETWORK"],
    // Names that can't be resolved.
    ...[
      "ENOTFOUND",
      "ENODATA",
      "ESERVFAIL",
      "EREFUSED",
      "EBADRESP",
      "EAI_AGAIN",
      "EAI_FAIL",
      "EAI_NODATA",
      "EAI_NONAME",
    ],
    // Certificates that can't be trusted, so that there is nobody to talk to.
    ...["DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT", "INVALID_CA"],
    ...["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "INVALID_PURPOSE", "HOSTNAME_MISMATCH"],
    ...["PATH_LENGTH_EXCEEDED", "ERR_TLS_CERT_ALTNAME_INVALID"],
  ],
  // Files, where the dependency is a file system.
  not_found: ["ENOENT"],
  conflict: ["EEXIST", "EBUSY", "ENOTEMPTY", "ETXTBSY"],
  auth: ["EACCES", "EPERM", "EROFS"],
  overloaded: ["ENOSPC", "EDQUOT"],
  invalid: ["EISDIR", "ENOTDIR", "ENAMETOOLONG"],
};

/** Families of codes: OpenSSL's certificate, revocation and handshake errors, and faults in what a server sent. */
const TRANSPORT_FAMILIES = /^(CERT_|CRL_|ERR_SSL_|HPE_)/;

const BY_CODE: ReadonlyMap<string, FailureKind> = new Map(
  Object.entries(CODES).flatMap(([kind, codes]) => codes.map((code) => [code, kind as FailureKind] as const)),
);

/**
 * The kind of a code of Node or undici.
 * @param syscall what failed, if that is known: what can't be connected to is out of reach, whatever the code says (a socket's file that is missing)
 */
export function classifySystemCode(code: string, syscall: unknown): FailureKind | undefined {
  const kind = BY_CODE.get(code) ?? (TRANSPORT_FAMILIES.test(code) ? "transport" : undefined);
  return syscall === "connect" && kind !== "timeout" ? "transport" : kind;
}

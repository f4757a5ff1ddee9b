import type { FailureKind } from "../../../contract/policy.ts";

/**
 * Codes and names that services and their clients give, by kind. Spelling doesn't matter: `RequestTimeout`, `request_timeout`
 * and `RequestTimeoutException` are one. Where nothing else stands, they are AWS's or in common use.
 */
const CODES: Readonly<Partial<Record<FailureKind, readonly string[]>>> = {
  timeout: [
    ...[
      "RequestTimeout",
      "RequestTimedOut",
      "TimeoutError",
      "OperationTimedOut",
      "GatewayTimeout",
      "ConnectTimeoutError",
    ],
    ...["body-timeout"], // node-fetch
    ...["APIConnectionTimeoutError"], // OpenAI, Anthropic
    ...["TimeoutFailure"], // Temporal
    ...["MongoNetworkTimeoutError", "MaxTimeMSExpired"], // MongoDB
    ...["KnexTimeoutError", "PROTOCOL_SEQUENCE_TIMEOUT", "P1002", "P1008", "P2024"], // knex, mysql2, Prisma
  ],
  transport: [
    ...["NetworkError", "NetworkingError"],
    ...["APIConnectionError"], // OpenAI, Anthropic
    ...["MongoNetworkError", "MongoServerSelectionError"], // MongoDB
    ...["PROTOCOL_CONNECTION_LOST", "P1001", "P1017"], // mysql2, Prisma
    ...["unavailable"], // Countersign
  ],
  overloaded: [
    ...["ServiceUnavailable", "ServiceUnavailableError", "InternalServerError", "InternalError", "InternalFailure"],
    ...["InternalServiceError", "ServiceFailure", "ServerBusy"],
    ...["overloaded_error", "api_error", "server_error"], // Anthropic, Stripe, OpenAI
    ...["ER_CON_COUNT_ERROR"], // MySQL
    ...["circuit_open"], // Countersign
  ],
  auth: [
    ...["AccessDenied", "AuthFailure", "AuthenticationError", "AuthorizationError", "CredentialsProviderError"],
    ...[
      "ExpiredToken",
      "Forbidden",
      "ForbiddenError",
      "InvalidAccessKeyId",
      "InvalidClientTokenId",
      "InvalidSignature",
    ],
    ...["MissingAuthenticationToken", "NotAuthorized", "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"],
    ...["SignatureDoesNotMatch", "Unauthenticated", "Unauthorized", "UnauthorizedError", "UnrecognizedClient"],
    ...["UnauthorizedOperation", "invalid_api_key", "permission_error"],
    ...["invalid_client", "invalid_grant", "invalid_token", "unauthorized_client"], // OAuth
    ...["ER_ACCESS_DENIED_ERROR"], // MySQL
  ],
  invalid: [
    ...["ValidationException", "ValidationError", "InvalidParameter", "InvalidParameterValue", "InvalidRequest"],
    ...["InvalidInput", "InvalidArgument", "MissingParameter", "MalformedQueryString", "SerializationException"],
    ...["BadRequest", "BadRequestError", "UnprocessableEntity", "invalid_request_error"],
  ],
  not_found: [
    ...["ResourceNotFound", "NotFound", "NotFoundError", "NoSuchBucket", "NoSuchEntity", "NoSuchKey", "NoSuchUpload"],
    ...["EntityNotFound", "QueueDoesNotExist", "model_not_found", "resource_missing", "P2025"],
  ],
  conflict: [
    ...["ConditionalCheckFailed", "Conflict", "ConflictError", "TransactionConflict", "TransactionCanceled"],
    ...["TransactionInProgress", "ResourceInUse", "ResourceConflict", "AlreadyExists", "ResourceAlreadyExists"],
    ...[
      "EntityAlreadyExists",
      "BucketAlreadyExists",
      "OperationAborted",
      "PreconditionFailed",
      "ConcurrentModification",
    ],
    ...["DuplicateKey", "WriteConflict", "P2002", "P2034"], // MongoDB, Prisma
    ...["ER_DUP_ENTRY", "ER_LOCK_DEADLOCK", "ER_LOCK_WAIT_TIMEOUT"], // MySQL
  ],
  throttled: [
    ...["BandwidthLimitExceeded", "LimitExceeded", "PriorRequestNotComplete", "ProvisionedThroughputExceeded"],
    ...["RequestLimitExceeded", "SlowDown", "RESOURCE_EXHAUSTED", "activityLimitReached"],
    ...["insufficient_quota", "quota_exceeded", "usage_limit_exceeded", "dailyLimitExceeded"],
  ],
};

/** What codes that speak of throttling have in them, since every service spells them in a way of its own. */
const THROTTLING = /ratelimit|throttl|toomanyrequests/;

/** Characters of a code; what is longer is prose. Our choice. */
const MAX_CODE_CHARS = 200;

const BY_CODE: ReadonlyMap<string, FailureKind> = new Map(
  Object.entries(CODES).flatMap(([kind, codes]) => codes.map((code) => [foldCode(code), kind as FailureKind] as const)),
);

/** The kind of a service's code or of an error's name. */
export function classifyServiceCode(code: string): FailureKind | undefined {
  if (code.length > MAX_CODE_CHARS) return undefined;
  const folded = foldCode(code);
  return THROTTLING.test(folded) ? "throttled" : BY_CODE.get(folded);
}

/** The letters and digits of a code, without the namespace before it (`…#Code`, a URL's folders) and the notes behind it (`Code:…`). */
function foldCode(code: string): string {
  const name = /^https?:/.test(code) ? code.replace(/^.*[/#]/, "") : code.replace(/^.*#/, "").replace(/:.*$/, "");
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replace(/exception$/, "");
}

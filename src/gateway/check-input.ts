import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { MAX_INPUT_BYTES } from "../contract/limits.ts";
import type { Manifest } from "../contract/manifest.ts";
import { canonicalJson } from "../core/canonical.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { findJsonFault } from "../core/json-guard.ts";

/** Compiled schemas that are kept. More than any deployment's actions in a roll-out; the oldest is dropped first. */
const MAX_COMPILED = 1_000;

/** One place where a value doesn't fit. Never the value itself. */
interface SchemaFault {
  readonly pointer: string;
  readonly message: string;
}

/** Checks values against the JSON Schemas of manifests. */
export interface SchemaChecker {
  /**
   * Checks a wire input and gives its canonical JSON: what is frozen.
   * @throws invalid_input, too_large
   */
  freezeInput(manifest: Manifest, input: unknown): string;
  /** Checks an output that a person supplied. @throws invalid_input */
  checkOutput(manifest: Manifest, output: unknown): void;
}

/** A checker that compiles each version's schemas once. */
export function createSchemaChecker(): SchemaChecker {
  // Formats are left to the action's own schema, which parses the input again before anything is decided.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false, ownProperties: true });
  const compiled = new Map<string, ValidateFunction>();

  function compile(key: string, schema: object): ValidateFunction {
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const oldest = compiled.keys().next();
    if (compiled.size >= MAX_COMPILED && oldest.done !== true) compiled.delete(oldest.value);
    const validate = ajv.compile(schema);
    compiled.set(key, validate);
    return validate;
  }

  return {
    freezeInput(manifest, input) {
      const fault = findJsonFault(input);
      if (fault !== undefined) throw invalidInput([{ pointer: fault.pointer, message: fault.message }]);
      const validate = compile(`${manifest.name} ${manifest.version} input`, manifest.inputSchema);
      if (!validate(input)) throw invalidInput(describeFaults(validate.errors ?? []));
      const frozen = canonicalJson(input);
      if (Buffer.byteLength(frozen) > MAX_INPUT_BYTES) {
        throw new CountersignError("too_large", `The input is larger than ${MAX_INPUT_BYTES} bytes`);
      }
      return frozen;
    },
    checkOutput(manifest, output) {
      if (manifest.outputSchema === undefined) return;
      const validate = compile(`${manifest.name} ${manifest.version} output`, manifest.outputSchema);
      if (!validate(output)) throw invalidInput(describeFaults(validate.errors ?? []));
    },
  };
}

function invalidInput(errors: readonly SchemaFault[]): CountersignError {
  const [first] = errors;
  const place = first === undefined || first.pointer === "" ? "The input" : `The input at ${first.pointer}`;
  return new CountersignError("invalid_input", `${place} ${first?.message ?? "doesn't fit the schema"}`, {
    details: { errors },
  });
}

function describeFaults(errors: readonly ErrorObject[]): SchemaFault[] {
  return errors.map((error) => ({ pointer: error.instancePath, message: describeFault(error) }));
}

function describeFault(error: ErrorObject): string {
  // Messages of these keywords speak of the schema only; others could repeat what the caller sent.
  switch (error.keyword) {
    case "required":
      return `lacks the member ${JSON.stringify(error.params["missingProperty"])}`;
    case "additionalProperties":
      return "has a member that the schema doesn't know";
    default:
      return error.message ?? "doesn't fit the schema";
  }
}

import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import type { DocumentLoader } from "../core/policy/index.ts";
import { MAX_DOCUMENT_BYTES } from "../core/policy/limits.ts";

/**
 * Reads the documents that a file extends, below that file's own folder only: links that lead out of it lead to nothing,
 * as does anything but an ordinary file of a document's size.
 */
export function createDocumentLoader(file: string): DocumentLoader {
  const folder = dirname(resolve(file));
  return (name) => {
    try {
      return readBelow(realpathSync(folder), join(folder, name));
    } catch {
      // Nothing is there, or nothing that may be read.
      return undefined;
    }
  };
}

function readBelow(folder: string, path: string): string | undefined {
  const real = realpathSync(path);
  if (!real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return undefined;
  const found = statSync(real);
  // Devices and pipes have no size, and may never end.
  return found.isFile() && found.size <= MAX_DOCUMENT_BYTES ? readFileSync(real, "utf8") : undefined;
}

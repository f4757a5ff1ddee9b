import { randomBytes } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";

/** 256 bits, as text that can be pasted. */
const SECRET_BYTES = 32;

/** Reads a secret kept in a file, or makes one on the first start and keeps it readable for its owner only. */
export async function keepSecret(file: string): Promise<string> {
  const kept = await readIfThere(file);
  if (kept !== undefined) return kept;
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  await writePrivate(file, `${secret}\n`);
  return secret;
}

/** Writes a file that only its owner can read, whatever the mode it had. */
export async function writePrivate(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  await chmod(file, 0o600);
}

/** A file's text without surrounding space; `undefined` when there is no such file, or nothing in it. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, "utf8")).trim();
    return text === "" ? undefined : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

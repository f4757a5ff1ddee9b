import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findConnection } from "../../src/cli/connection.ts";
import { writeFiles } from "./temporary-files.ts";

const PROFILE = { url: "https://gate.example", apiKey: "csk_profile" };

function writeProfile(profile: unknown = PROFILE) {
  const folder = writeFiles({ "countersign/profile.json": JSON.stringify(profile) });
  return { file: join(folder, "countersign/profile.json"), env: { XDG_CONFIG_HOME: folder } };
}

test("findConnection() knows the default address and no key without any hint", () => {
  const connection = { url: "http://127.0.0.1:7700", apiKey: undefined };
  expect(findConnection({}, { XDG_CONFIG_HOME: "/nonexistent", COUNTERSIGN_API_KEY: "" })).toEqual(connection);
});

test("findConnection() takes flag before environment before profile", () => {
  const { env, file } = writeProfile();
  expect(findConnection({}, env)).toEqual(PROFILE);
  const full = { ...env, COUNTERSIGN_URL: "http://env", COUNTERSIGN_API_KEY: "csk_env" };
  expect(findConnection({}, full)).toEqual({ url: "http://env", apiKey: "csk_env" });
  expect(findConnection({ url: "http://flag" }, full)).toEqual({ url: "http://flag", apiKey: "csk_env" });
  expect(findConnection({ profile: file }, full)).toEqual(PROFILE);
});

test("findConnection() shows a profile's key to no other server", () => {
  const { env, file } = writeProfile();
  expect(findConnection({ url: "http://other" }, env).apiKey).toBeUndefined();
  expect(findConnection({ profile: file, url: "http://other" }, env).apiKey).toBeUndefined();
  expect(findConnection({ url: "https://gate.example/" }, env).apiKey).toBe("csk_profile");
});

test("findConnection() refuses a profile with a key that others can read", () => {
  const { env, file } = writeProfile();
  chmodSync(file, 0o640);
  expect(() => findConnection({}, env)).toThrow(`run: chmod 600 ${file}`);
});

test.each(["[1", `"csk_secret"`, { apiKey: 1 }])(
  "findConnection() refuses the profile %j without repeating it",
  (profile) => {
    const folder = writeFiles({
      "countersign/profile.json": typeof profile === "string" ? profile : JSON.stringify(profile),
    });
    const find = () => findConnection({}, { XDG_CONFIG_HOME: folder });
    expect(find).toThrow(/^The profile .*profile\.json/);
    expect(find).not.toThrow("csk_secret");
  },
);

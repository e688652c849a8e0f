import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { addKey, isKey, KeyFileError, loadKeyring } from "./keyring.ts";
import { keyIdOf, seal, unseal } from "./seal.ts";

const newKeyFile = async (): Promise<string> =>
  join(await mkdtemp(join(tmpdir(), "skuport-keys-")), "deep/secrets.key");

test("a sealed secret can be opened only in its context, and sealing it again gives another result", async () => {
  const keyring = await loadKeyring([randomBytes(32).toString("base64")], "unused");
  const sealed = seal(keyring, "webhook 1 secret", "whsec_ü");
  expect(sealed).not.toContain("whsec");
  expect(unseal(keyring, "webhook 1 secret", sealed)).toBe("whsec_ü");
  expect(() => unseal(keyring, "webhook 2 secret", sealed)).toThrow();
  expect(seal(keyring, "webhook 1 secret", "whsec_ü")).not.toBe(sealed);
});

test("a sealed secret with a changed byte cannot be opened", async () => {
  const keyring = await loadKeyring([randomBytes(32).toString("base64")], "unused");
  const [id = "", text = ""] = seal(keyring, "a", "secret").split(":");
  const bytes = Buffer.from(text, "base64");
  for (let i = 0; i < bytes.length; i++) {
    const changed = Buffer.from(bytes);
    changed[i] = (changed[i] as number) ^ 1;
    expect(() => unseal(keyring, "a", `${id}:${changed.toString("base64")}`)).toThrow();
  }
});

test("a sealed secret with a truncated tag cannot be opened", async () => {
  const keyring = await loadKeyring([randomBytes(32).toString("base64")], "unused");
  const sealed = seal(keyring, "a", "");
  const cut = Buffer.from(sealed.split(":")[1] as string, "base64").subarray(0, 16);
  expect(() => unseal(keyring, "a", `${keyIdOf(sealed)}:${cut.toString("base64")}`)).toThrow();
});

test("the key file is created once, readable only by its owner, even if several processes start at the same time", async () => {
  const path = await newKeyFile();
  const keyrings = await Promise.all(Array.from({ length: 8 }, () => loadKeyring([], path)));
  expect(new Set(keyrings.map(([key]) => key.id)).size).toBe(1);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("a key file that other users can read is refused", async () => {
  const path = await newKeyFile();
  await loadKeyring([], path);
  await chmod(path, 0o640);
  await expect(loadKeyring([], path)).rejects.toThrow("chmod 600");
});

test.each([
  ["empty", "", "contains no key"],
  ["comments only", "# Keys\n\n", "contains no key"],
  ["cut off", "# Keys\nQUJD", "is damaged"],
  ["not text", "\0\0\0\0", "is damaged"],
])("a key file that is %s is refused with its path and what to do", async (_, content, fault) => {
  const path = await newKeyFile();
  await mkdir(dirname(path));
  await writeFile(path, content, { mode: 0o600 });
  await expect(loadKeyring([], path)).rejects.toThrow(`${path} ${fault}`);
  await expect(loadKeyring([], path)).rejects.toThrow(KeyFileError);
  expect(await readFile(path, "utf8")).toBe(content);
});

test.each<[string, (path: string) => Promise<unknown>]>([
  ["a folder", (path) => mkdir(path)],
  ["a pipe", (path) => promisify(execFile)("mkfifo", ["-m", "600", path])],
])("%s instead of the key file is refused", async (_, make) => {
  const path = await newKeyFile();
  await mkdir(dirname(path));
  await make(path);
  await expect(loadKeyring([], path)).rejects.toThrow(`${path} is not a key file`);
});

test("after a rotation, old secrets can still be opened, and new secrets use the new key", async () => {
  const path = await newKeyFile();
  const before = await loadKeyring([], path);
  const sealed = seal(before, "a", "old");
  const after = await addKey(path);
  expect(unseal(after, "a", sealed)).toBe("old");
  expect(keyIdOf(seal(after, "a", "new"))).not.toBe(keyIdOf(sealed));
  expect((await loadKeyring([], path)).map(({ id }) => id)).toEqual(after.map(({ id }) => id));
  expect(await readFile(path, "utf8")).toContain("# Keys");
});

test("the error for an unknown key contains its id", async () => {
  const other = await loadKeyring([randomBytes(32).toString("base64")], "unused");
  const keyring = await loadKeyring([randomBytes(32).toString("base64")], "unused");
  expect(() => unseal(keyring, "a", seal(other, "a", "x"))).toThrow(other[0].id);
});

test.each(["", "short", "x".repeat(44), `${"A".repeat(43)}!`])("%o is not a key", (text) => {
  expect(isKey(text)).toBe(false);
});

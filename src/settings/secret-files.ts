// Settings that are secrets can be files: `DATABASE_URL_FILE=/run/secrets/database_url` has the same effect as DATABASE_URL with the
// content of the file. Container platforms and service managers provide secrets as files, because other programs can often read the
// environment of a process.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const SUFFIX = "_FILE";

/** Replaces each `NAME_FILE` by `NAME` with the content of the file.
 * @param names the settings that can be files
 * @param faults receives what is wrong */
export function readSecretFiles(
  given: Readonly<Record<string, string>>,
  names: readonly string[],
  cwd: string,
  faults: string[],
): Record<string, string> {
  const all = new Map(Object.entries(given));
  for (const name of names) {
    const path = given[name + SUFFIX];
    if (path === undefined) continue;
    all.delete(name + SUFFIX);
    if (given[name] !== undefined) faults.push(`${name}${SUFFIX}=${path}: ${name} is set too; remove one of them.`);
    else all.set(name, readSecret(name, path, cwd, faults));
  }
  return Object.fromEntries([...all].filter(([, text]) => text !== ""));
}

function readSecret(name: string, path: string, cwd: string, faults: string[]): string {
  try {
    const text = readFileSync(resolve(cwd, path), "utf8").trim();
    if (text === "") faults.push(`${name}${SUFFIX}=${path}: the file is empty; write the value of ${name} to it.`);
    return text;
  } catch (error) {
    faults.push(
      `${name}${SUFFIX}=${path}: the file cannot be read: ${(error as Error).message}. Check the path, and whether this user may read the file.`,
    );
    return "";
  }
}

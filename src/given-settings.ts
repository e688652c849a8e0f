// The settings as text, from the environment and the file `.env`. Does not load zod, because remote commands need only two settings, which
// they check themselves.
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";

type Environment = Readonly<Record<string, string | undefined>>;

/** The file `.env` cannot be read. The message contains the remedy. */
export class EnvFileError extends Error {
  override readonly name = "EnvFileError";
}

/** Returns the settings that are not empty. The environment takes precedence over the file `.env` in `cwd`.
 * @throws {EnvFileError} */
export function givenSettings(env: Environment, cwd: string): Record<string, string> {
  return withoutEmpty({ ...readEnvFile(resolve(cwd, ".env")), ...withoutEmpty(env) });
}

/** Returns the absolute path of the data folder. */
export const dataDirOf = (settings: Environment, cwd: string): string =>
  resolve(cwd, settings["SKUPORT_DATA_DIR"] ?? "./data");

function readEnvFile(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // After `sudo -u`, the current folder can be one that this user may not enter, such as /root. Its settings are those of another user.
    if (code === "ENOENT" || (code === "EACCES" && !isVisible(path))) return {};
    throw new EnvFileError(`${path} cannot be read: ${(error as Error).message}. Make it readable or delete it.`);
  }
}

function isVisible(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}

function withoutEmpty(env: Environment): Record<string, string> {
  const given = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== "",
  );
  return Object.fromEntries(given.map(([name, text]) => [name, text.trim()]));
}

// Reads and writes the text of a profile in a file.
import { readFile } from "node:fs/promises";
import { oneLine } from "../../terminal.ts";
import { describeUnreadable } from "../import/import-source.ts";
import { Problem } from "../../../contract/problems.ts";
import { unusableMember } from "../../../contract/stored-text.ts";
import { checkJsonBounds } from "../../../contract/json-bounds.ts";

/** A file that is not a profile. The message names the file. */
export class BadProfileFile extends Error {
  override readonly name = "Problem";
}

export const profileText = (definition: unknown): string => `${JSON.stringify(definition, null, 2)}\n`;

/** Reads the JSON object in a file. @throws BadProfileFile */
export async function readProfileFile(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new BadProfileFile(describeUnreadable(path, error as NodeJS.ErrnoException));
  }
  return parseProfile(text, path);
}

/** @throws BadProfileFile */
export function parseProfile(text: string, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    checkJsonBounds(text, oneLine(path));
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (error instanceof Problem) throw new BadProfileFile(error.message);
    throw new BadProfileFile(`${oneLine(path)} is not valid JSON: ${oneLine((error as Error).message)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new BadProfileFile(`${oneLine(path)} does not contain a profile, which is a JSON object.`);
  const unusable = unusableMember(value);
  if (unusable !== undefined) throw new BadProfileFile(`${oneLine(path)}: ${oneLine(unusable)}`);
  return value as Record<string, unknown>;
}

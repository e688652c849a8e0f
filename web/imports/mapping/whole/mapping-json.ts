// Reads and writes the mapping as JSON text.
import type { Mapping } from "../../../../contract/mapping/mapping.ts";
import { mapping_text } from "../../../../contract/mapping/mapping-text.ts";
import { faultText } from "../../../texts/server-texts.ts";
import { t } from "../../../texts/t.ts";
import type { Draft } from "../model/draft.ts";

export interface TextFault {
  /** The path of the faulty member in the mapping, such as `attributes.price.number`; empty if the text is not JSON. */
  path: string;
  message: string;
}

/** Maximum number of faults that are listed. */
const MAX_FAULTS = 10;

export function readMapping(text: string): { mapping: Mapping } | { faults: TextFault[] } {
  const fault = jsonFault(text);
  if (fault !== undefined) return { faults: [{ path: "", message: fault }] };
  const parsed = mapping_text.safeParse(text);
  if (parsed.success) return { mapping: parsed.data };
  return {
    faults: parsed.error.issues
      .slice(0, MAX_FAULTS)
      .map(({ path, message }) => ({ path: path.map(String).join("."), message: faultText(message) })),
  };
}

/** The message with line and column of the first syntax error; undefined if the text is JSON. */
function jsonFault(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    const before = text.slice(0, position === undefined ? text.length : Number(position)).split("\n");
    return t("mapping.text.not_json", { line: before.length, column: (before.at(-1) ?? "").length + 1 });
  }
}

/** Writes the mapping as JSON, with the key as its first member. */
export const writeMapping = ({ key, ...others }: Draft): string =>
  JSON.stringify({ ...(key === undefined ? {} : { key }), ...others }, null, 2);

// Finds out from the first part of an XML or JSON file which of its values are the records.
import type { Dialect } from "../../../../contract/imports/imports.ts";
import type { DetectedEncoding } from "../detect/detect-encoding.ts";
import { createJsonOutline } from "../json/outline/find-record.ts";
import { objectLines } from "../json/json-lines.ts";
import { createOutline } from "../xml/find-record.ts";
import { decodeSource, type TreeSource } from "./decode-file.ts";

export type TreeFormat = "xml" | "json" | "jsonl";

/** Number of characters at the start of a file from which its records are detected. Catalogues can begin with long lists of categories. */
const OUTLINE_LENGTH = 16 << 20;

const LINES_LENGTH = 1 << 20;

/** Facts about a whole file, derived from its first part. */
export interface Outline extends NonNullable<Dialect["tree"]> {
  format: TreeFormat;
  /** Whether one of the top-level values of a JSON file is an object. False for XML. */
  has_root_object: boolean;
  /** Whether each line is a record of its own. */
  has_lines: boolean;
}

export async function outlineOf(
  format: TreeFormat,
  source: TreeSource,
  { encoding }: DetectedEncoding,
): Promise<Outline> {
  if (format !== "xml") {
    const start = await startOf(source, encoding);
    const lines = objectLines(start.text, start.is_whole);
    if (lines !== undefined) return outlineOfLines(lines);
  }
  const json = createJsonOutline();
  const { write, outline } = format === "xml" ? createOutline() : json;
  const isLines = (): boolean => json.outline().is_lines;
  let length = 0;
  for await (const text of decodeSource(source, encoding)) {
    write(text);
    length += text.length;
    // In JSON Lines, all values are records, so the first part of the file is enough.
    if (length >= OUTLINE_LENGTH || (length >= LINES_LENGTH && isLines())) break;
  }
  const found = outline();
  const hasLines = "is_lines" in found && (found.is_lines || format === "jsonl");
  return {
    format: hasLines ? "jsonl" : format === "jsonl" ? "json" : format,
    record: found.record?.join("/") ?? null,
    has_root_object: "has_root_object" in found && found.has_root_object,
    root: "root" in found ? found.root : null,
    namespaces: "namespaces" in found ? found.namespaces : [],
    elements: found.elements,
    ...(found.lists.length > 0 ? { lists: found.lists } : {}),
    ...("similar_lists" in found && found.similar_lists.length > 0 ? { similar_lists: found.similar_lists } : {}),
    has_lines: false,
  };
}

/** Returns the first characters of the file. */
async function startOf(
  source: TreeSource,
  encoding: DetectedEncoding["encoding"],
): Promise<{ text: string; is_whole: boolean }> {
  let text = "";
  for await (const chunk of decodeSource(source, encoding)) {
    text += chunk;
    if (text.length >= LINES_LENGTH) return { text, is_whole: false };
  }
  return { text, is_whole: source.is_whole };
}

function outlineOfLines(lines: string): Outline {
  const { write, outline } = createJsonOutline();
  write(lines);
  const { elements, lists } = outline();
  return {
    format: "jsonl",
    record: "",
    has_root_object: true,
    root: null,
    namespaces: [],
    elements,
    ...(lists.length === 0 ? {} : { lists }),
    has_lines: true,
  };
}

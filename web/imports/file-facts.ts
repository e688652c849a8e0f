// What is known about an import's file and how it was taken in, as names and values; what is not known yet is left out.
import type { Import } from "../../contract/imports.ts";
import { formatBytes, formatCount, formatCountOf, formatDuration } from "../kit/format.ts";
import {
  delimiterInWords,
  encodingInWords,
  lineEndingInWords,
  MODE_WORDS,
  quoteInWords,
  REPEAT_WORDS,
} from "./words.ts";

export interface Fact {
  name: string;
  value: string;
  title?: string;
  code?: boolean;
}

export const fileFacts = (of: Import): Fact[] => [...dialectFacts(of), ...sizeFacts(of), ...optionFacts(of)];

/** "20,001 lines, 20,000 records"; undefined until the file has been scanned. */
export const contentInWords = ({ lines, rows, state }: Pick<Import, "lines" | "rows" | "state">): string | undefined =>
  lines === null || rows === null || state === "scanning"
    ? undefined
    : `${formatCountOf(lines, "line")}, ${formatCountOf(rows, "record")}`;

function dialectFacts({ dialect }: Import): Fact[] {
  if (!dialect) return [];
  return [
    { name: "Encoding", value: encodingInWords(dialect.encoding) },
    { name: "Delimiter", value: delimiterInWords(dialect.delimiter) },
    { name: "Quote", value: quoteInWords(dialect) },
    { name: "Line ends", value: lineEndingInWords(dialect.line_ending) },
    { name: "First row", value: dialect.header ? "Names the columns" : "Is data already" },
    ...(dialect.preamble === 0 ? [] : [{ name: "Before the table", value: formatCountOf(dialect.preamble, "line") }]),
  ];
}

function sizeFacts({ size, sha256, elapsed_ms }: Import): Fact[] {
  return [
    ...(size === null ? [] : [{ name: "Size", value: formatBytes(size), title: `${formatCount(size)} bytes` }]),
    ...(sha256 === null ? [] : [{ name: "SHA-256", value: `${sha256.slice(0, 12)} …`, title: sha256, code: true }]),
    ...(elapsed_ms.load === 0
      ? []
      : [
          { name: "Scan and load", value: `${formatDuration(elapsed_ms.scan)} and ${formatDuration(elapsed_ms.load)}` },
        ]),
  ];
}

/** Only the choices that are not the usual ones. */
function optionFacts({ options }: Import): Fact[] {
  return [
    ...(options.mode === "upsert" ? [] : [{ name: "What may change", value: MODE_WORDS[options.mode] }]),
    ...(options.repeats === "last" ? [] : [{ name: "Repeated SKUs", value: REPEAT_WORDS[options.repeats] }]),
    ...(options.strict ? [{ name: "All or nothing", value: "Yes" }] : []),
    ...(options.active ? [] : [{ name: "New products", value: "Inactive" }]),
  ];
}

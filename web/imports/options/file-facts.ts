// Details of an import's file and options as pairs of name and value. Values that are not known yet are omitted.
import type { Dialect, Import } from "../../../contract/imports/imports.ts";
import { formatBytes, formatDuration } from "../../ui/format.ts";
import { t, tn } from "../../texts/t.ts";
import {
  delimiterLabel,
  encodingLabel,
  isDelimited,
  lineEndingLabel,
  modeLabel,
  quoteLabel,
  repeatsLabel,
} from "../labels.ts";

export interface Fact {
  name: string;
  value: string;
  title?: string;
  code?: boolean;
}

export const fileFacts = (import_: Import): Fact[] => [
  ...dialectFacts(import_),
  ...sizeFacts(import_),
  ...optionFacts(import_),
];

/** The extent of the file, such as "20,001 lines, 20,000 records"; undefined until the file has been scanned. */
export const contentSummary = ({ lines, rows, state }: Pick<Import, "lines" | "rows" | "state">): string | undefined =>
  lines === null || rows === null || state === "scanning"
    ? undefined
    : t("imports.facts.content", {
        lines: tn("imports.facts.lines", lines),
        records: tn("imports.facts.records", rows),
      });

function dialectFacts({ dialect }: Import): Fact[] {
  if (!dialect) return [];
  // A workbook has no delimiter, quotes or encoding.
  if (!isDelimited(dialect.format)) {
    const read = (dialect.sheets ?? []).filter(({ read }) => read).map(({ name }) => name);
    return [
      { name: t("imports.facts.format"), value: formatName(dialect.format) },
      ...recordFacts(dialect),
      ...(read.length === 0 ? [] : [{ name: tn("imports.facts.sheets", read.length), value: read.join(", ") }]),
      ...(dialect.tree === undefined
        ? [firstRowFact(dialect)]
        : [{ name: t("imports.format.encoding"), value: encodingLabel(dialect.encoding) }]),
    ];
  }
  return [
    { name: t("imports.format.encoding"), value: encodingLabel(dialect.encoding) },
    { name: t("imports.format.delimiter"), value: delimiterLabel(dialect.delimiter) },
    { name: t("imports.format.quote"), value: quoteLabel(dialect) },
    ...(dialect.rewritten === undefined
      ? []
      : [{ name: t("imports.facts.rewritten"), value: t(`imports.facts.${dialect.rewritten}`) }]),
    { name: t("imports.format.line_ends"), value: lineEndingLabel(dialect.line_ending) },
    firstRowFact(dialect),
    ...(dialect.preamble === 0
      ? []
      : [{ name: t("imports.facts.before_table"), value: tn("imports.facts.lines", dialect.preamble) }]),
  ];
}

const FORMAT_NAMES: Partial<Record<Dialect["format"], string>> = {
  xls: "Excel 5 to 2003 (XLS)",
  ods: "OpenDocument (ODS)",
  html: "HTML",
  markdown: "Markdown",
  xml: "XML",
  json: "JSON",
  jsonl: "JSON Lines",
  parquet: "Parquet",
};

const formatName = (format: Dialect["format"]): string => FORMAT_NAMES[format] ?? t("imports.facts.workbook");

/** The path of the records of an XML or JSON file. Returns no fact if the path is empty, as in JSON Lines. */
const recordFacts = ({ tree }: Dialect): Fact[] =>
  tree?.record === undefined || tree.record === null || tree.record === ""
    ? []
    : [{ name: t("imports.facts.record"), value: tree.record, code: true }];

const firstRowFact = ({ header }: Dialect): Fact => ({
  name: t("imports.format.first_row"),
  value: header ? t("imports.format.names_columns") : t("imports.format.is_data"),
});

function sizeFacts({ size, sha256, elapsed_ms }: Import): Fact[] {
  const { scan, load } = elapsed_ms;
  return [
    ...(size === null
      ? []
      : [{ name: t("imports.facts.size"), value: formatBytes(size), title: tn("imports.facts.bytes", size) }]),
    ...(sha256 === null ? [] : [{ name: "SHA-256", value: `${sha256.slice(0, 12)} …`, title: sha256, code: true }]),
    ...(load === 0
      ? []
      : [
          {
            name: t("imports.facts.times"),
            value: t("imports.facts.scan_and_load", { scan: formatDuration(scan), load: formatDuration(load) }),
          },
        ]),
  ];
}

/** The options of the import that differ from their defaults. */
function optionFacts({ options }: Import): Fact[] {
  return [
    ...(options.mode === "upsert" ? [] : [{ name: t("imports.options.mode"), value: modeLabel(options.mode) }]),
    ...(options.repeats === "last" ? [] : [{ name: t("imports.facts.repeats"), value: repeatsLabel(options.repeats) }]),
    ...(options.strict ? [{ name: t("imports.options.strict"), value: t("ui.yes") }] : []),
    ...(options.active ? [] : [{ name: t("imports.facts.new_products"), value: t("imports.facts.inactive") }]),
  ];
}

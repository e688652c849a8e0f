// Shows how an import would read a file, from its first bytes: format, columns, first rows and rejects. Nothing is stored.
import { layoutOf } from "../layout.ts";
import type { KnownProfile } from "../../profiles/select/select-profile.ts";
import { createMapper } from "../mapping/mapper.ts";
import { planLayoutColumns } from "../mapping/plan.ts";
import { partsOf, sliceOf } from "../mapping/window-parts.ts";
import { overridesOf } from "../options/overrides.ts";
import { isKeyChosen, planColumns, type PlannedColumns } from "../options/plan-columns.ts";
import { effectiveMapping } from "../options/column-mapping.ts";
import { describeColumns } from "./describe-columns.ts";
import { previewProducts } from "./preview-products.ts";
import { readProfiledHead, type PreviewContext, type PreviewSource } from "./profiled-head.ts";
import type { Head } from "../read/read-head.ts";
import type { Table } from "../read/read-records.ts";
import type { Records } from "../read/records.ts";
import { readBroken } from "../read/tree/broken-record.ts";
import { readSources } from "../read/tree/source/source-text.ts";
import { recordTexts } from "../read/field-text.ts";
import { problemOfProfileKey } from "../scan/profile/profile-key.ts";
import { memberNotices, nameNotices, tableNotices } from "../scan/rows/notices.ts";
import { PRODUCTS_DIALECT } from "../shape/products-text.ts";
import { isShapedPlan, type ShapedPlan } from "../shape/record-judge.ts";
import { formSample, type FormedSample } from "./form-sample.ts";
import { Scanner } from "../scan/scanner.ts";
import { rulesOf } from "../scan/rows/scan-rules.ts";
import { problemOfKey, problemOfTable } from "../scan/table-problems.ts";
import {
  completeOptions,
  IGNORE_CODES,
  type Dialect,
  type GivenOptions,
  type IgnoredRow,
  type Preview,
  type Reject,
} from "../../../contract/imports/imports.ts";
import { toProblemDocument } from "../../../contract/problem-document.ts";
import type { Problem } from "../../../contract/problems.ts";
import { isQuestion } from "../../../contract/imports/question.ts";

const SHOWN_ROWS = 20;
const SHOWN_CELLS = 100;
const SHOWN_CHARACTERS = 200;
const SHOWN_REJECTS = 20;
const SHOWN_RAW = 1000;

const NOTHING: Preview = {
  dialect: null,
  columns: [],
  rows: [],
  sample_size: 0,
  rejected: 0,
  rejects: [],
  ignored: 0,
  ignored_rows: [],
  deleted: 0,
  adds: 0,
  superseded: 0,
  products: [],
  mapping: null,
  profile: null,
  notices: [],
  problem: null,
};

/** @param isWhole whether `bytes` is the whole file
 * @throws Problem as previewSource does */
export const previewFile = (
  bytes: Buffer,
  isWhole: boolean,
  given: GivenOptions,
  context: PreviewContext & { shown?: number } = {},
): Promise<Preview> => previewSource({ kind: "bytes", bytes, is_whole: isWhole }, given, context);

/** @throws Problem if the file cannot be read at all, or lacks a column that an option names */
export async function previewSource(
  source: PreviewSource,
  given: GivenOptions,
  { shown = SHOWN_ROWS, ...context }: PreviewContext & { shown?: number } = {},
): Promise<Preview> {
  const { head: found, chosen } = await readProfiledHead(source, given, context);
  const { options } = chosen;
  const profile = chosen.profile === null ? null : shownProfile(chosen.profile);
  if (found === undefined) return { ...NOTHING, profile };
  const head = { ...found, table: { ...found.table, ...planColumns(found.table, options, chosen.profile) } };
  const fault = head.doubt ?? problemOfTable(head.table, head.dialect, isKeyChosen(options));
  const hasKey = fault === undefined || isQuestion(fault.extra);
  const scanned = hasKey && isKeyKnown(head.table) ? scanSample(head, options, shown) : NOT_SCANNED;
  const ofKey = profile === null ? undefined : problemOfProfileKey(head.table, options, profile.name);
  const problem = fault ?? chosen.question ?? ofKey ?? scanned.problem;
  return {
    dialect: head.dialect,
    columns: describeColumns(head.table, options, problem),
    rows: firstRows(head),
    sample_size: head.records.count,
    rejected: scanned.rejected,
    rejects: await withSources(scanned.rejects, head, source),
    ignored: scanned.ignored,
    ignored_rows: scanned.ignored_rows,
    deleted: scanned.deleted,
    adds: scanned.adds,
    superseded: scanned.superseded,
    products: scanned.products,
    mapping: effectiveMapping(head.table, options),
    profile,
    notices: [
      ...scanned.notices,
      ...chosen.notices,
      ...head.table.notices,
      ...memberNotices(head.dialect),
      ...nameNotices(head.table, options),
      ...tableNotices(head.table, head.dialect, overridesOf(options)),
    ],
    problem: problem === undefined ? null : toProblemDocument(problem),
  };
}

/** For rejects from an XML or JSON file, shows the unmodified records instead of the rows of the converted table. */
async function withSources(
  rejects: Reject[],
  { sources, dialect: { tree, encoding } }: Pick<Head, "sources" | "dialect">,
  source: PreviewSource,
): Promise<Reject[]> {
  if (tree === undefined || rejects.length === 0) return rejects;
  const rows = rejects.map(({ row }) => row);
  const found =
    sources === undefined && source.kind === "kept"
      ? await readSources({ path: source.path, encoding, table_path: source.text_path }, rows, SHOWN_RAW)
      : rows.map((row) => sources?.(row, SHOWN_RAW));
  return rejects.map((reject, i) => ({ ...reject, raw: (found[i] ?? reject.raw).replaceAll("\0", "\u2400") }));
}

const shownProfile = ({ name, version, built_in }: KnownProfile): Preview["profile"] => ({ name, version, built_in });

export type PreviewHead = Omit<Head, "table"> & { table: Omit<Table, "columns"> & PlannedColumns };

export const isKeyKnown = ({ columns, plan }: Pick<PlannedColumns, "columns" | "plan">): boolean =>
  layoutOf(planLayoutColumns(columns, plan)).sku >= 0;

function firstRows({ records, dialect }: Pick<Head, "records" | "dialect">): Preview["rows"] {
  return Array.from({ length: Math.min(SHOWN_ROWS, records.count) }, (_, r) => {
    const cells = cellsOf(records, r, dialect)
      .slice(0, SHOWN_CELLS)
      .map((cell) => cell.slice(0, SHOWN_CHARACTERS));
    return { line: records.line[r] as number, cells };
  });
}

/** The cells of a record; the whole record if it is broken. */
function cellsOf(records: Records, r: number, dialect: Dialect): string[] {
  const broken =
    dialect.tree === undefined
      ? undefined
      : readBroken(records.bytes.toString("utf8", records.start[r], records.end[r]));
  return broken === undefined ? recordTexts(records, r, dialect) : [broken.raw];
}

type Scanned = Pick<
  Preview,
  "rejected" | "rejects" | "ignored" | "ignored_rows" | "deleted" | "adds" | "superseded" | "products" | "notices"
> & {
  problem: Problem | undefined;
};

const NOT_SCANNED: Scanned = {
  rejected: 0,
  rejects: [],
  ignored: 0,
  ignored_rows: [],
  deleted: 0,
  adds: 0,
  superseded: 0,
  products: [],
  notices: [],
  problem: undefined,
};

/** Scans the sampled records as an import does: finds the rejects that do not depend on the catalogue, and the first products. */
export function scanSample(
  { records: read, table, dialect, offset, entries }: PreviewHead,
  options: GivenOptions,
  shown: number,
): Scanned {
  const listed = Math.max(shown, SHOWN_REJECTS);
  const { repeats } = completeOptions(options);
  if (isShapedPlan(table.plan))
    return scanFormed(table.plan, formSample(table.plan, { records: read, table, dialect, entries, repeats }, listed), {
      repeats,
      listed,
      shown,
      active: options.active,
    });
  const layout = layoutOf(planLayoutColumns(table.columns, table.plan));
  const scanner = new Scanner(layout, dialect, { repeats, ...rulesOf(table), listed_rejects: listed });
  const mapper = table.plan === null ? undefined : createMapper(table.plan, dialect);
  for (const part of partsOf(read, layout)) {
    const mapped = mapper?.map(part, undefined, "scan");
    scanner.scan(mapped?.records ?? part, offset, mapped);
  }
  const { rejected, ignored, deletions, superseded } = scanner;
  const rejects = scanner.takeRejects().map(shortReject);
  const ignoredRows = shortIgnored(scanner.takeIgnored());
  const problem =
    scanner.tooManyRejects() ??
    mapper?.notes.question(table.plan?.names ?? []) ??
    (isKeyChosen(options) ? undefined : problemOfKey(table, scanner.key_figures));
  const isSkipped = (row: number): boolean => row >= scanner.rows || scanner.isSkipped(row) || scanner.isDeletion(row);
  const products: Preview["products"] = [];
  let rowsBefore = 0;
  for (const part of partsOf(sliceOf(read, 0, endOfShown(read.count, isSkipped, shown)), layout)) {
    const source = { records: mapper?.map(part).records ?? part, rows_before: rowsBefore, layout, dialect, isSkipped };
    products.push(...previewProducts({ ...source, active: options.active }, shown));
    rowsBefore += part.count;
  }
  scanner.release();
  const counts = { rejected, ignored, deleted: deletions, adds: 0, superseded };
  return { ...counts, rejects, ignored_rows: ignoredRows, products, problem, notices: [] };
}

const shortIgnored = (rows: readonly IgnoredRow[]): Preview["ignored_rows"] =>
  rows.slice(0, SHOWN_REJECTS).map(({ line, code }) => ({ line, code }));

const shortReject = (reject: Reject): Reject => ({ ...reject, raw: reject.raw.slice(0, SHOWN_RAW) });

interface FormedRules {
  repeats: "last" | "first" | "reject";
  listed: number;
  shown: number;
  active: boolean;
}

/** Scans the products that were formed from the sampled rows. */
function scanFormed(plan: ShapedPlan, formed: FormedSample, { repeats, listed, shown, active }: FormedRules): Scanned {
  const { records } = formed;
  const layout = layoutOf(plan.columns);
  const scanner = new Scanner(layout, PRODUCTS_DIALECT, { repeats, listed_rejects: listed });
  scanner.scan(records, 0);
  const found = [...formed.left.filter(isReject), ...scanner.takeRejects()].sort((a, b) => a.row - b.row);
  const isSkipped = (r: number): boolean => r >= scanner.rows || scanner.isSkipped(r) || scanner.isDeletion(r);
  const source = { records, rows_before: 0, layout, dialect: PRODUCTS_DIALECT, isSkipped, active };
  const result = {
    rejected: formed.rejected + scanner.rejected,
    rejects: found.slice(0, listed).map(shortReject),
    ignored: formed.ignored + scanner.ignored,
    ignored_rows: shortIgnored(formed.left.filter(isIgnored)),
    deleted: scanner.deletions,
    adds: formed.adds,
    superseded: scanner.superseded,
    products: previewProducts(source, shown),
    problem: scanner.tooManyRejects() ?? formed.notes.question(plan.names),
    notices: formed.notices,
  };
  scanner.release();
  return result;
}

const isReject = (row: Reject | IgnoredRow): row is Reject => !isIgnored(row);
const isIgnored = (row: Reject | IgnoredRow): row is IgnoredRow => row.code in IGNORE_CODES;

/** Returns the index of the row after the last shown product. */
function endOfShown(rows: number, isSkipped: (row: number) => boolean, shown: number): number {
  let products = 0;
  let row = 0;
  while (row < rows && products < shown) if (!isSkipped(row++)) products++;
  return row;
}

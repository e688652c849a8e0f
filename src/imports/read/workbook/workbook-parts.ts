// Reads the small parts of a workbook: its list of sheets, its number formats, and its way of counting days.
import { posix } from "node:path";
import { cutText } from "../../../../contract/faults.ts";
import { builtInFormat, formatOfCode, type NumberFormat } from "./cells/number-format.ts";
import { brokenWorkbook, truncated } from "./broken-workbook.ts";
import type { Package } from "./open-package.ts";
import { eachElement } from "./parse-xml.ts";
import type { WorkBudget } from "./work-budget.ts";

export interface SheetPart {
  name: string;
  part: string;
  is_hidden: boolean;
}

export interface WorkbookParts {
  sheets: SheetPart[];
  /** Name of the part with the shared strings; undefined if there is none. */
  strings: string | undefined;
  /** Number formats, indexed by a cell's style. */
  formats: readonly NumberFormat[];
  is_1904: boolean;
}

/** Maximum number of sheets: enough for a sheet per day for almost three years. */
export const MAX_SHEETS = 1000;
/** Maximum length of a sheet's name. Excel allows 31 characters, other programs more. */
export const MAX_NAME = 255;
/** Maximum number of styles. Excel allows 65,490 cell styles and about 250 formats. */
export const MAX_STYLES = 65_536;
/** Maximum number of relationships: one per part. */
const MAX_RELATIONS = 10_000;

/** Reads the list of sheets and the properties that are needed to read them. @throws Problem broken-workbook, unpacks-too-large */
export async function readParts(file: Package, budget: WorkBudget): Promise<WorkbookParts> {
  const root = await readRelations(file, "_rels/.rels", "", budget);
  const workbook = root.find(({ type }) => type.endsWith("/officeDocument"))?.target ?? "xl/workbook.xml";
  const folder = posix.dirname(workbook);
  const relations = await readRelations(file, `${folder}/_rels/${posix.basename(workbook)}.rels`, folder, budget);
  const byId = new Map(relations.map((relation) => [relation.id, relation]));
  const partOf = (type: string): string | undefined =>
    relations.find((relation) => relation.type.endsWith(`/${type}`) && file.has(relation.target))?.target;
  const sheets: SheetPart[] = [];
  const names = new Map<string, string>();
  let is1904 = false;
  await eachElement(workbook, file.readSmall(workbook), budget, (name, attributes) => {
    if (name === "workbookPr") is1904 = ["1", "true"].includes(attributes["date1904"] ?? "");
    if (name !== "sheet") return;
    const id = Object.entries(attributes).find(([key]) => key === "id" || key.endsWith(":id"))?.[1];
    const relation = byId.get(id ?? "");
    // Ignore sheets that are not worksheets, such as chart sheets: they have no rows.
    if (relation === undefined || !relation.type.endsWith("/worksheet")) return;
    if (sheets.length === MAX_SHEETS)
      throw brokenWorkbook(`It has more than ${MAX_SHEETS.toLocaleString("en")} sheets.`);
    const sheetName = cutText(attributes["name"] ?? "", MAX_NAME);
    // Each part is read for one sheet only, so that thousands of sheets cannot unpack the same part again and again.
    const other = names.get(relation.target.toLowerCase());
    if (other !== undefined)
      throw brokenWorkbook(
        `Its sheets "${truncated(other)}" and "${truncated(sheetName)}" refer to the same part, "${truncated(relation.target)}".`,
      );
    names.set(relation.target.toLowerCase(), sheetName);
    sheets.push({
      name: sheetName,
      part: relation.target,
      is_hidden: /hidden/i.test(attributes["state"] ?? ""),
    });
  });
  if (sheets.length === 0) throw brokenWorkbook("It has no worksheet.");
  const styles = partOf("styles");
  return {
    sheets,
    strings: partOf("sharedStrings"),
    formats: styles === undefined ? [] : await readFormats(file, styles, budget),
    is_1904: is1904,
  };
}

interface Relation {
  id: string;
  type: string;
  target: string;
}

async function readRelations(file: Package, part: string, folder: string, budget: WorkBudget): Promise<Relation[]> {
  const relations: Relation[] = [];
  await eachElement(part, file.readSmall(part), budget, (name, { Id, Type, Target, TargetMode }) => {
    if (name !== "Relationship" || TargetMode === "External") return;
    if (relations.length === MAX_RELATIONS)
      throw brokenWorkbook(
        `Its part "${truncated(part)}" has more than ${MAX_RELATIONS.toLocaleString("en")} relationships.`,
      );
    const target = posix
      .normalize(posix.join("/", Target?.startsWith("/") === true ? "" : folder, Target ?? ""))
      .slice(1);
    relations.push({ id: Id ?? "", type: Type ?? "", target });
  });
  return relations;
}

async function readFormats(file: Package, part: string, budget: WorkBudget): Promise<NumberFormat[]> {
  const codes = new Map<number, NumberFormat>();
  const formats: NumberFormat[] = [];
  let inCells = false;
  let codesRead = 0;
  await eachElement(
    part,
    file.readSmall(part),
    budget,
    (name, { numFmtId, formatCode }) => {
      if (name === "numFmt" && codesRead++ < MAX_STYLES) codes.set(Number(numFmtId), formatOfCode(formatCode ?? ""));
      if (name === "cellXfs") inCells = true;
      if (name !== "xf" || !inCells || formats.length >= MAX_STYLES) return;
      const id = Number(numFmtId ?? 0);
      formats.push(codes.get(id) ?? builtInFormat(id));
    },
    (name) => {
      if (name === "cellXfs") inCells = false;
    },
  );
  return formats;
}

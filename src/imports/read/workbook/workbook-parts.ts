// A workbook's small parts: which sheets it has and where, how numbers are shown, the count of days.
import { posix } from "node:path";
import { builtInFormat, formatOfCode, type NumberFormat } from "./cell-text.ts";
import { brokenWorkbook, type Package } from "./open-package.ts";
import { eachElement } from "./parse-xml.ts";

export interface SheetPart {
  name: string;
  part: string;
  is_hidden: boolean;
}

export interface WorkbookParts {
  sheets: SheetPart[];
  /** undefined = no cell shares its text with another. */
  strings: string | undefined;
  /** By the cells' style. */
  formats: readonly NumberFormat[];
  is_1904: boolean;
}

/** More sheets nobody finds his way in; longer names no program takes. */
const MAX_SHEETS = 1000;
const MAX_NAME = 255;
/** More styles no program writes. */
const MAX_STYLES = 65_536;

export async function readParts(file: Package): Promise<WorkbookParts> {
  const root = await readRelations(file, "_rels/.rels", "");
  const workbook = root.find(({ type }) => type.endsWith("/officeDocument"))?.target ?? "xl/workbook.xml";
  const folder = posix.dirname(workbook);
  const relations = await readRelations(file, `${folder}/_rels/${posix.basename(workbook)}.rels`, folder);
  const by_id = new Map(relations.map((relation) => [relation.id, relation]));
  const partOf = (type: string): string | undefined =>
    relations.find((relation) => relation.type.endsWith(`/${type}`) && file.has(relation.target))?.target;
  const sheets: SheetPart[] = [];
  let is_1904 = false;
  eachElement(workbook, await file.readWhole(workbook), (name, attributes) => {
    if (name === "workbookPr") is_1904 = ["1", "true"].includes(attributes["date1904"] ?? "");
    if (name !== "sheet") return;
    const id = Object.entries(attributes).find(([key]) => key === "id" || key.endsWith(":id"))?.[1];
    const relation = by_id.get(id ?? "");
    // A sheet of a chart has no cells.
    if (relation === undefined || !relation.type.endsWith("/worksheet")) return;
    if (sheets.length === MAX_SHEETS)
      throw brokenWorkbook(`It has more than ${MAX_SHEETS.toLocaleString("en")} sheets.`);
    sheets.push({
      name: (attributes["name"] ?? "").slice(0, MAX_NAME),
      part: relation.target,
      is_hidden: /hidden/i.test(attributes["state"] ?? ""),
    });
  });
  if (sheets.length === 0) throw brokenWorkbook("It has no sheet with cells.");
  const styles = partOf("styles");
  return {
    sheets,
    strings: partOf("sharedStrings"),
    formats: styles === undefined ? [] : readFormats(styles, await file.readWhole(styles)),
    is_1904,
  };
}

interface Relation {
  id: string;
  type: string;
  target: string;
}

async function readRelations(file: Package, part: string, folder: string): Promise<Relation[]> {
  const relations: Relation[] = [];
  eachElement(part, await file.readWhole(part), (name, { Id, Type, Target, TargetMode }) => {
    if (name !== "Relationship" || TargetMode === "External") return;
    const target = posix
      .normalize(posix.join("/", Target?.startsWith("/") === true ? "" : folder, Target ?? ""))
      .slice(1);
    relations.push({ id: Id ?? "", type: Type ?? "", target });
  });
  return relations;
}

function readFormats(part: string, xml: Buffer): NumberFormat[] {
  const codes = new Map<number, NumberFormat>();
  const formats: NumberFormat[] = [];
  let in_cells = false;
  eachElement(
    part,
    xml,
    (name, { numFmtId, formatCode }) => {
      if (name === "numFmt" && codes.size < MAX_STYLES) codes.set(Number(numFmtId), formatOfCode(formatCode ?? ""));
      if (name === "cellXfs") in_cells = true;
      if (name !== "xf" || !in_cells || formats.length >= MAX_STYLES) return;
      const id = Number(numFmtId ?? 0);
      formats.push(codes.get(id) ?? builtInFormat(id));
    },
    (name) => {
      if (name === "cellXfs") in_cells = false;
    },
  );
  return formats;
}

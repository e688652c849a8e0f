// Builds workbooks for tests from their XML files, including invalid workbooks.
import { buffer } from "node:stream/consumers";
import { PassThrough, pipeline } from "node:stream";
import { ZipFile } from "yazl";

export interface WorkbookInput {
  /** The rows of each sheet as XML, by sheet name. */
  sheets: Record<string, string>;
  /** References of merged ranges such as "A1:B2", by sheet name. */
  merged?: Record<string, readonly string[]>;
  /** The states of sheets, such as "hidden", by sheet name. Other sheets are visible. */
  states?: Record<string, string>;
  /** `<si>…</si>` elements of the shared strings. */
  strings?: string;
  /** Elements of styles.xml: `cells` contains `<xf …/>` elements, and `formats` contains `<numFmt …/>` elements. */
  styles?: { formats?: string; cells: string };
  is_1904?: boolean;
  /** Files of the ZIP by path. They are added to the generated files, or replace generated files at the same paths. */
  parts?: Record<string, string | Buffer>;
}

const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

export async function makeWorkbook(input: WorkbookInput): Promise<Buffer> {
  const names = Object.keys(input.sheets);
  const sheet = (name: string, number: number): string =>
    `<sheet name="${name}" sheetId="${number}" r:id="rId${number}" state="${input.states?.[name] ?? "visible"}"/>`;
  const relation = (id: string, type: string, target: string): string =>
    `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`;
  const parts: Record<string, string | Buffer> = {
    "[Content_Types].xml": "<Types/>",
    "_rels/.rels": `<Relationships>${relation("rId1", "officeDocument", "xl/workbook.xml")}</Relationships>`,
    "xl/workbook.xml": `<workbook xmlns:r="${RELATIONS}"><workbookPr date1904="${input.is_1904 === true}"/><sheets>${names
      .map((name, index) => sheet(name, index + 1))
      .join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships>${[
      ...names.map((_, index) => relation(`rId${index + 1}`, "worksheet", `worksheets/sheet${index + 1}.xml`)),
      relation("s", "sharedStrings", "sharedStrings.xml"),
      relation("t", "styles", "/xl/styles.xml"),
    ].join("")}</Relationships>`,
    ...Object.fromEntries(
      Object.entries(input.sheets).map(([name, rows], index) => [
        `xl/worksheets/sheet${index + 1}.xml`,
        `<?xml version="1.0"?><worksheet><sheetData>${rows}</sheetData>${mergeCells(input.merged?.[name])}</worksheet>`,
      ]),
    ),
    ...(input.strings === undefined ? {} : { "xl/sharedStrings.xml": `<sst>${input.strings}</sst>` }),
    ...(input.styles === undefined
      ? {}
      : {
          "xl/styles.xml": `<styleSheet><numFmts>${input.styles.formats ?? ""}</numFmts><cellXfs>${input.styles.cells}</cellXfs></styleSheet>`,
        }),
    ...input.parts,
  };
  return zipOf(parts);
}

const mergeCells = (references: readonly string[] = []): string =>
  references.length === 0
    ? ""
    : `<mergeCells>${references.map((reference) => `<mergeCell ref="${reference}"/>`).join("")}</mergeCells>`;

/** Returns a ZIP file.
 * @param parts contents of the files in the ZIP, by path
 * @param modes Unix file modes by path, such as the mode of a symbolic link */
export async function zipOf(
  parts: Record<string, string | Buffer>,
  modes: Record<string, number> = {},
): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(parts)) {
    zip.addBuffer(Buffer.from(content), name, {
      compress: true,
      ...(modes[name] === undefined ? {} : { mode: modes[name] }),
    });
  }
  zip.end();
  const bytes = new PassThrough();
  pipeline(zip.outputStream, bytes, () => undefined);
  return buffer(bytes);
}

/** Returns a `<row>` element with text cells, starting at column A. */
export const textRow = (number: number, ...cells: string[]): string =>
  `<row r="${number}">${cells
    .map((text, index) =>
      text === "" ? "" : `<c r="${String.fromCharCode(65 + index)}${number}" t="inlineStr"><is><t>${text}</t></is></c>`,
    )
    .join("")}</row>`;

// Writes the records of an XML or JSON file as lines of CSV, with a column for each path that has a value. If a path has several values in
// a record, the cell is a JSON array. A column with such cells gets the ending `[]`, as in exports.
import { isJsonCell } from "../../../../catalog/product/attribute-list.ts";
import { LIST_SUFFIX } from "../../../../../contract/catalog/attribute-value.ts";
import type { TreeRequest } from "../../../../../contract/imports/options.ts";
import { because } from "../../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../../contract/problems.ts";
import type { OnPlainRow } from "../../json/json-lines.ts";
import { DECODED, LIST } from "../../json/plain-line.ts";
import { MAX_FIELDS } from "../../split-records.ts";
import { brokenLine, type BrokenRecord } from "../broken-record.ts";
import { LineOutput } from "./line-output.ts";
import { SourcePositions } from "../source/source-positions.ts";
import type { CountUnpacked } from "../../text/unpacked-size.ts";
import { encodeText } from "../../text/decoders.ts";
import { eachValue, isObject, isScalar, nameFrom, type Path, type TreeNode, type TreeRecord } from "../nodes.ts";
import { OBJECTS_SUFFIX, objectsOf } from "../objects.ts";
import { columnOfExport, isExported } from "../skuport-export.ts";
import { addTexts, findNodes, isSpecial, parsePath, rowFinder, type RequestedPath } from "../requested-path.ts";
import { hasNestedRows, NestedColumns } from "./nested-columns.ts";

/** In a table with more columns, blank cells at the end of a row are not written: rows with few values would become very long. */
const MAX_FILLED_WIDTH = 100;

interface Column {
  name: string;
  suffix: "" | typeof LIST_SUFFIX | typeof OBJECTS_SUFFIX;
  /** Whether a text that looks like JSON was written unmodified, because the column had no lists before this text. */
  has_bare_json: boolean;
}

/** Adds the cell of the next record to a row. */
export interface CellSource {
  writeNext(out: LineOutput): void;
}

export class TableWriter {
  readonly #columns: Column[] = [];
  readonly #byName = new Map<string, number>();
  /** Whether elements of the records become rows, not the records themselves. */
  readonly #findsRows: boolean;
  readonly #rowsOf: (record: TreeNode) => TreeNode[];
  /** Defined if rows can contain other rows. */
  readonly #nested: NestedColumns | undefined;
  readonly #specials: { name: string; path: RequestedPath }[];
  readonly #objects: { name: string; path: RequestedPath }[];
  readonly #wanted: ReadonlySet<string> | undefined;
  #cells: (string | string[] | undefined)[] = [];
  #root: Path | undefined;
  /** Whether the file may be an export of Skuport. A mapping decides itself what the paths become. */
  #isExport: boolean;
  readonly #out: LineOutput;
  readonly #lists: ReadonlySet<string>;
  /** Names of columns that have lists, but contain earlier texts that look like JSON. The table must be written again with these columns
   * marked as columns of lists from the start. */
  readonly ambiguous = new Set<string>();
  /** Number of the last row, with the header as row 0. */
  #row = 0;
  /** Number of records that are well-formed. */
  records = 0;
  /** The first record that is not JSON or that is too long. */
  first_broken: (BrokenRecord & { line: number }) | undefined;
  /** For each row of the table: where its record is in the source file. */
  readonly positions = new SourcePositions();

  /**
   * @param count called with the length of each chunk of lines; throws if the table becomes too large for its file
   * @param lists names of columns that are known to have lists
   */
  constructor(
    count: CountUnpacked,
    request?: TreeRequest,
    lists: ReadonlySet<string> = new Set(),
    encode = encodeText,
  ) {
    this.#lists = lists;
    const { each, paths = [], objects = [], keeps = true } = request ?? {};
    this.#isExport = request === undefined;
    this.#out = new LineOutput(count, encode);
    const parsed = [...new Set(paths)].map((name) => ({ name, path: parsePath(name) }));
    this.#findsRows = each !== undefined;
    this.#rowsOf = rowFinder(each);
    this.#nested = hasNestedRows(each) ? new NestedColumns((path) => this.#decide(path)) : undefined;
    this.#specials = parsed.filter(({ path }) => isSpecial(path));
    this.#objects = [...new Set(objects)].map((name) => ({ name, path: parsePath(name) }));
    this.#wanted = keeps ? undefined : new Set(paths.map(comparable));
  }

  add(record: TreeRecord): void {
    const { node } = record;
    const broken = record.is_too_long ? TOO_LONG : record.broken;
    if (broken !== undefined) {
      this.first_broken ??= { ...broken, line: record.line };
      this.#addLine(brokenLine(broken), record);
      return;
    }
    const rows = this.#rowsOf(node);
    const hasObjects = rows.some(isObject);
    for (const row of rows)
      if (hasObjects && isScalar(row))
        this.#addLine(brokenLine({ kind: "element", reason: "", raw: row.text }), record);
      else this.#addRow(row, record);
  }

  /** Adds a column for each name that the mapping does not ignore. Call this only if no record has several values under one name. */
  define(names: readonly string[]): void {
    for (const name of names) if (this.#wanted?.has(comparable(name)) !== false) this.#columnOf(name);
  }

  hasColumn(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Adds a record with a cell for each of the columns that `define` has added. */
  addCells(cells: readonly CellSource[]): void {
    this.records++;
    this.#row++;
    this.#out.beginRow();
    for (const cell of cells) cell.writeNext(this.#out);
    this.#out.endRow(cells.length > MAX_FILLED_WIDTH);
  }

  /** Whether rows may be added with `addPlainRow`. False if the mapping needs the trees of the records for some of its columns. */
  get takes_plain_rows(): boolean {
    return !this.#findsRows && this.#specials.length === 0 && this.#objects.length === 0;
  }

  /** Adds a row whose cells are in `source`. Returns false if the row must be added with `add`, which decides about its lists and about
   * texts that look like lists. */
  addPlainRow: OnPlainRow = (source, row, { line, from, to }) => {
    const columns = this.#columns;
    const { row_of: rowOf, start, kind, decoded } = row.cells;
    let filled = 0;
    let hasValue = false;
    for (let c = 0; c < columns.length; c++) {
      if (rowOf[c] !== row.number) continue;
      const { suffix } = columns[c] as Column;
      const isList = kind[c] === LIST;
      if (isList ? suffix !== LIST_SUFFIX : suffix === OBJECTS_SUFFIX) return false;
      const first = (kind[c] === DECODED ? decoded : source)[start[c] as number] as number;
      if (!isList && (first === OPEN_ARRAY || first === QUOTE)) return false;
      filled = c + 1;
      hasValue ||= first > BLANK && first < FIRST_BEYOND_ASCII;
    }
    // All values may be blank. Leave the decision to `add`, which omits rows without values.
    if (!hasValue) return false;
    this.records++;
    const number = Math.max(this.#row + 1, line);
    const width = columns.length > MAX_FILLED_WIDTH ? Math.max(filled, 1) : columns.length;
    this.#out.addRow(source, row, number - this.#row - 1, width);
    this.#row = number;
    this.positions.add(from, to);
    return true;
  };

  /** Returns the chunks of lines that are complete. */
  take(): Buffer[] {
    return this.#out.take();
  }

  /** Completes the last chunk of lines. */
  end(): void {
    this.#out.end();
  }

  /** Returns the line of the column names, which is only known when all records have been added. */
  header(): Buffer {
    return encodeText(`${this.#columns.map(({ name, suffix }) => quoted(name + suffix)).join(",")}\n`);
  }

  get width(): number {
    return this.#columns.length;
  }

  #addRow(row: TreeNode, record: TreeRecord): void {
    if (this.records++ === 0) this.#isExport = this.#isExport && isExported(row);
    this.#cells = new Array<string | string[] | undefined>(this.#columns.length).fill(undefined);
    this.#root = row.path;
    eachValue(row, this.#addValue);
    for (const { name, path } of this.#specials) {
      const texts: string[] = [];
      for (const found of findNodes(row, path)) addTexts(found, texts);
      for (const text of texts) this.#put(this.#columnOf(name), text);
    }
    for (const { name, path } of this.#objects) this.#addObjects(row, name, path);
    // The import skips rows without values like blank lines and does not number them, so such a row must have no position.
    if (!this.#cells.every(isBlankCell)) this.#addLine(this.#line(), record);
  }

  #addLine(text: string, { line, from, to }: Pick<TreeRecord, "line" | "from" | "to">): void {
    // If several rows begin on the same line, number them consecutively.
    const number = Math.max(this.#row + 1, line);
    this.#out.addText(`${"\n".repeat(number - this.#row - 1)}${text}\n`);
    this.#row = number;
    if (from !== undefined && to !== undefined) this.positions.add(from, to);
  }

  #addValue = (path: Path, text: string, isElement: boolean): void => {
    // An empty record, such as `<item/>`, has an empty text. Do not create a column for this text.
    if (path.column === undefined && path === this.#root && text === "") return;
    const column = this.#nested?.columnOf(this.#root as Path, path) ?? (path.column ??= this.#decide(path));
    if (column >= 0) this.#put(column, text, isElement);
  };

  /** Returns the column of the path; -1 if the path does not become a column. */
  #decide(path: Path): number {
    const name = nameFrom(this.#root as Path, path);
    // An attribute's own name may end with `[]`, as the names of list columns do. Append `[]` once more, because the import removes one
    // `[]`.
    const suffixOf = (own: string): Column["suffix"] => (own.endsWith(LIST_SUFFIX) ? LIST_SUFFIX : "");
    if (this.#isExport) return columnOfExport(path, name, (own) => this.#columnOf(own, suffixOf(own)));
    // A requested path that contains `.` gets its values from `findNodes`.
    if (this.#specials.some((special) => special.name === name)) return -1;
    if (this.#wanted !== undefined) return this.#wanted.has(comparable(name)) ? this.#columnOf(name) : -1;
    // The text of the record itself is a value only if the record has no other values.
    if (name === "." && this.#columns.length > 0) return -1;
    const isPart = this.#objects.some((each) => name === each.name || name.startsWith(`${each.name}/`));
    return isPart ? -1 : this.#columnOf(name);
  }

  #columnOf(name: string, suffix: Column["suffix"] = ""): number {
    const key = suffix === OBJECTS_SUFFIX ? name + suffix : name;
    let column = this.#byName.get(key);
    if (column !== undefined) return column;
    const known = this.#lists.has(name) ? LIST_SUFFIX : suffix;
    column = this.#columns.push({ name, suffix: suffix || known, has_bare_json: false }) - 1;
    if (column >= MAX_FIELDS)
      throw new Problem(
        "bad-header",
        `The records of the file have more than ${MAX_FIELDS.toLocaleString("en")} different paths, but a table can have at most ${MAX_FIELDS.toLocaleString("en")} columns. Name the records, and the paths to read, in a mapping.`,
        { extra: because("tree-many-paths", { limit: MAX_FIELDS }) },
      );
    this.#byName.set(key, column);
    return column;
  }

  #put(column: number, text: string, isElement = false): void {
    const cell = this.#cells[column];
    if (isElement && typeof cell !== "object") {
      if (!isBlank(text)) this.#cells[column] = cell === undefined || isBlank(cell) ? [text] : [cell, text];
    } else if (cell === undefined || cell === "") this.#cells[column] = text;
    else if (isBlank(text)) return;
    else if (typeof cell !== "string") cell.push(text);
    else this.#cells[column] = isBlank(cell) ? text : [cell, text];
  }

  #addObjects(row: TreeNode, name: string, path: RequestedPath): void {
    const objects = objectsOf(findNodes(row, path));
    if (objects.length === 0) return;
    this.#cells[this.#columnOf(name, OBJECTS_SUFFIX)] = JSON.stringify(objects);
  }

  #line(): string {
    let text = "";
    const cells = this.#cells;
    let width = this.#columns.length;
    if (width > MAX_FILLED_WIDTH) while (width > 1 && (cells[width - 1] ?? "") === "") width--;
    for (let i = 0; i < width; i++) {
      if (i > 0) text += ",";
      const cell = cells[i];
      if (cell !== undefined && cell !== "") text += quoted(this.#cellText(i, cell));
    }
    return text;
  }

  #cellText(index: number, cell: string | string[]): string {
    const column = this.#columns[index] as Column;
    if (column.suffix === OBJECTS_SUFFIX) return cell as string;
    if (typeof cell !== "string") {
      if (column.has_bare_json) this.ambiguous.add(column.name);
      column.suffix = LIST_SUFFIX;
      return JSON.stringify(cell);
    }
    if (!isJsonCell(cell)) return cell;
    if (column.suffix === LIST_SUFFIX) return JSON.stringify(cell);
    column.has_bare_json = true;
    return cell;
  }
}

const BLANK = 32;
const QUOTE = 34;
const OPEN_ARRAY = 91;
const FIRST_BEYOND_ASCII = 128;

const TOO_LONG: BrokenRecord = { kind: "long", reason: "", raw: "" };

const comparable = (name: string): string => name.trim().normalize("NFC").toLowerCase();

const isBlankCell = (cell: string | string[] | undefined): boolean =>
  cell === undefined || (typeof cell === "string" && !/[^ \t]/.test(cell));

const isBlank = (text: string): boolean => text.trim() === "";

const quoted = (cell: string): string => `"${cell.includes('"') ? cell.replaceAll('"', '""') : cell}"`;

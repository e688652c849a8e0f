// Collects the entries of lookup tables from elements outside the records of a file, such as categories with their ids. Elements are the
// elements of an XML file, and the members and array elements of a JSON file.
import type { TableRequest } from "../../../../../contract/imports/options.ts";
import { because } from "../../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../../contract/problems.ts";
import { endsWithPath, fits } from "../record-path.ts";
import { NOT_IN_XML } from "../../xml/entities.ts";
import type { XmlHandler } from "../../xml/xml-reader.ts";

/** An entry of a lookup table: its table, its key, its value, and the key of its parent. */
export type TableEntry = [table: string, key: string, value: string, parent: string];

/** Maximum number of entries of all lookup tables of a file together. MAX_LENGTH is the maximum number of characters of their keys and
 * values. */
const MAX_ENTRIES = 1_000_000;
const MAX_LENGTH = 64 << 20;
/** A key or value that has more characters than this gets no more text. Also the maximum length of each added text. */
const MAX_TEXT = 10_000;

type Part = "key" | "value" | "parent";

interface Table {
  name: string;
  record: string[];
  /** Paths of names from the entry's element to the texts of its key, value and parent. A path is empty if the entry's own element contains
   * the text. */
  paths: Partial<Record<Part, string[]>>;
  /** Whether the parent of an entry is the entry of the same table whose element contains it, as with nested categories. If false, the
   * parent's key is read from `paths.parent`; without this path, entries have no parent. */
  is_nested: boolean;
}

/** An open element that is an entry of a lookup table. */
interface Frame {
  table: Table;
  /** Number of open elements down to the entry's own element, including it. */
  depth: number;
  texts: Record<Part, string>;
  /** The nested entries whose parent is this entry. The file may contain the key of this entry after them, so the key is copied to them when
   * this entry ends. */
  within: TableEntry[];
}

export class TableCollector implements XmlHandler {
  readonly #tables: Table[];
  readonly #names: string[] = [];
  readonly #frames: Frame[] = [];
  #entries: TableEntry[] = [];
  #count = 0;
  #length = 0;

  constructor(requests: readonly TableRequest[]) {
    this.#tables = requests.map(({ name, record, key, value, parent }) => ({
      name,
      record: namesOf(record),
      paths: {
        key: namesOf(key),
        value: namesOf(value),
        ...(parent === undefined || parent === ".." ? {} : { parent: namesOf(parent) }),
      },
      is_nested: parent === "..",
    }));
  }

  /** Returns the entries since the last call. */
  take(): TableEntry[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  open(name: string, attributes: string[] | undefined): void {
    this.#names.push(name);
    for (const table of this.#tables)
      if (endsWithPath(this.#names, this.#names.length, table.record))
        this.#frames.push({
          table,
          depth: this.#names.length,
          texts: { key: "", value: "", parent: "" },
          within: [],
        });
    if (attributes === undefined || this.#frames.length === 0) return;
    for (let i = 0; i < attributes.length; i += 2) this.#add(`@${attributes[i] ?? ""}`, attributes[i + 1] ?? "");
  }

  /** Whether the text of an element with this name may be the key, the value or the parent of an entry in a lookup table. */
  wants(name: string): boolean {
    return this.#frames.length > 0 || this.#tables.some(({ record }) => fits(record.at(-1), name));
  }

  text(text: string): void {
    if (this.#frames.length > 0) this.#add(undefined, text);
  }

  close(): void {
    for (let frame = this.#frames.at(-1); frame?.depth === this.#names.length; frame = this.#frames.at(-1)) {
      this.#frames.pop();
      this.#end(frame);
    }
    this.#names.pop();
  }

  /** Adds a text to the key, value or parent of each open entry that reads the text. */
  #add(attribute: string | undefined, text: string): void {
    for (const { table, depth, texts } of this.#frames)
      for (const part of ["key", "value", "parent"] as const) {
        const path = table.paths[part];
        if (path === undefined || texts[part].length > MAX_TEXT) continue;
        if (this.#isAt(path, depth, attribute)) texts[part] += text.slice(0, MAX_TEXT);
      }
  }

  #isAt(path: readonly string[], depth: number, attribute: string | undefined): boolean {
    const elements = attribute === undefined ? path.length : path.length - 1;
    if (this.#names.length - depth !== elements) return false;
    if (attribute !== undefined && path[elements] !== attribute) return false;
    for (let i = 0; i < elements; i++) if (!fits(path[i], this.#names[depth + i])) return false;
    return true;
  }

  #end({ table, texts, within }: Frame): void {
    const key = texts.key.trim();
    // Replace the characters that XML does not allow. A record with such a character is rejected, but an entry cannot be.
    const value = texts.value.trim().replaceAll(NOT_IN_XML, "\ufffd");
    for (const entry of within) entry[3] = key;
    if (key === "" || value === "") return;
    this.#length += key.length + value.length;
    if (++this.#count > MAX_ENTRIES || this.#length > MAX_LENGTH) throw tooLarge(table.name);
    const entry: TableEntry = [table.name, key, value, texts.parent.trim()];
    const around = table.is_nested ? this.#frames.findLast((frame) => frame.table === table) : undefined;
    around?.within.push(entry);
    this.#entries.push(entry);
  }
}

const namesOf = (path: string): string[] => path.split("/").filter((name) => name !== "." && name !== "");

const tooLarge = (table: string): Problem =>
  new Problem(
    "mapping-invalid",
    `The lookup tables of the file have more than ${MAX_ENTRIES.toLocaleString("en")} entries or ${MAX_LENGTH >> 20} MB of text. Check whether "tables.${table}" in the mapping reads the right elements, or divide the file.`,
    { extra: { statement: `tables.${table}`, ...because("mapping-table-too-large", { table, limit: MAX_ENTRIES }) } },
  );

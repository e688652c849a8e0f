// The lookup tables of an import: texts by key, read from the records of the file, or from the file of entries that the conversion of an
// XML or JSON file has stored (read/tree/lookup-entries.ts).
import { because } from "../../../contract/problem-reasons.ts";
import { Problem } from "../../../contract/problems.ts";
import { KeyTable } from "../keys/key-table.ts";
import type { TableNode } from "../mapping/plan.ts";
import type { Lookup } from "../mapping/run/steps.ts";

/** Maximum number of entries of all lookup tables of an import. */
export const MAX_ENTRIES = 1_000_000;
/** Maximum number of bytes of the texts in all lookup tables of an import. */
const MAX_BYTES = 64 << 20;
/** Maximum number of steps from an entry to its topmost parent. The limit also stops the search if parents form a circle. */
const MAX_DEPTH = 64;

/** Name of the table that stores the parent of each variant. A mapping cannot define this name, because its table names are not empty. */
export const LINKS_NAME = "";

/** A mapping can have hundreds of tables, most of them small. */
const FIRST_SLOTS = 16;

interface Entries {
  node: TableNode;
  keys: KeyTable;
  /** For each entry: the position of its text, and of the key of its parent, in `bytes`. */
  bounds: number[];
}

export type Entry = readonly [key: string, value: string, parent?: string | null];

export class LookupTables {
  readonly #tables: ReadonlyMap<string, Entries>;
  #bytes = Buffer.alloc(0);
  #length = 0;
  #count = 0;

  constructor(nodes: readonly TableNode[]) {
    this.#tables = new Map(nodes.map((node) => [node.name, { node, keys: new KeyTable(FIRST_SLOTS), bounds: [] }]));
  }

  /** Adds an entry. If the table already has the key, the first entry stays. @throws Problem `table-too-large` */
  add(table: string, [key, value, parent]: Entry): void {
    const found = this.#tables.get(table);
    if (found === undefined) return;
    const bytes = Buffer.from(key);
    if (found.keys.find(bytes, 0, bytes.length, found.bounds.length / 3) >= 0) return;
    if (++this.#count > MAX_ENTRIES) throw tooLarge(table);
    const start = this.#append(value, table);
    const middle = this.#length;
    this.#append(parent ?? "", table);
    found.bounds.push(start, middle, this.#length);
  }

  lookup: Lookup = (table, text) => {
    const found = this.#tables.get(table);
    if (found === undefined) return undefined;
    const entry = this.#find(found, text.trim());
    if (entry === undefined) return undefined;
    if (!found.node.is_path) return entry.value;
    const path = [entry.value];
    let { parent } = entry;
    // An entry can name itself or an entry below it as its parent. The path then ends before this parent.
    const keys = new Set([text.trim()]);
    while (parent !== "" && keys.size < MAX_DEPTH && !keys.has(parent)) {
      const above = this.#find(found, parent);
      if (above === undefined) break;
      keys.add(parent);
      path.unshift(above.value);
      ({ parent } = above);
    }
    return found.node.join === null ? path : path.join(found.node.join);
  };

  #find({ keys, bounds }: Entries, key: string): { value: string; parent: string } | undefined {
    const bytes = Buffer.from(key);
    const index = keys.get(bytes, 0, bytes.length) * 3;
    if (index < 0) return undefined;
    const [start, middle, end] = bounds.slice(index, index + 3);
    return { value: this.#bytes.toString("utf8", start, middle), parent: this.#bytes.toString("utf8", middle, end) };
  }

  /** Appends a text and returns its start. */
  #append(text: string, table: string): number {
    const start = this.#length;
    const end = start + Buffer.byteLength(text);
    if (end > MAX_BYTES) throw tooLarge(table);
    if (end > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2, 1 << 16));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    this.#bytes.write(text, start);
    this.#length = end;
    return start;
  }
}

function tooLarge(table: string): Problem {
  const isOfLinks = table === LINKS_NAME;
  const statement = isOfLinks ? "links" : `tables.${table}`;
  return new Problem(
    "mapping-invalid",
    `The lookup tables and links of the file have more than ${MAX_ENTRIES.toLocaleString("en")} entries or ${MAX_BYTES >> 20} MB of text. Check whether "${statement}" in the mapping reads the right values, or divide the file.`,
    {
      extra: {
        statement,
        ...because("mapping-table-too-large", { table: isOfLinks ? "links" : table, limit: MAX_ENTRIES }),
      },
    },
  );
}

// Computes what a mapping makes of one row, as simply as possible.
import type { Condition, Mapping, Value } from "../../contract/mapping/mapping.ts";
import type { RejectCode } from "../../contract/imports/imports.ts";
import {
  columnsOf,
  ERASED,
  evaluate,
  Fault,
  matchLike,
  numbered,
  Unseen,
  yesNo,
  type ModelRow,
  type Result,
} from "./mapped-values.ts";

export interface MappedModelRow {
  ignored: boolean;
  /** Whether the row deletes its product. If so, only its key is read. */
  deletes: boolean;
  /** The faults of the row, in any order. The reject reports one of them. */
  faults: Set<RejectCode>;
  /** Whether a value map with `else: hold` does not contain a text of the row. */
  unseen: boolean;
  key: string;
  /** Undefined if the mapping sets no name. If the text is blank, the product keeps its name. */
  name: string | undefined;
  description: string | typeof ERASED | undefined;
  active: string;
  parent: string | typeof ERASED | undefined;
  /** The attributes that are set. */
  attributes: Map<string, string | string[]>;
  /** The attributes that are removed. */
  removed: Set<string>;
}

/** Returns the indexes of the columns that the value reads. */
function columnsOfValue(header: readonly string[], value: Value, number?: string): number[] {
  const from = typeof value === "string" || Array.isArray(value) ? value : (value.from ?? []);
  return (typeof from === "string" ? [from] : from).flatMap((source) =>
    typeof source === "string"
      ? columnsOf(header, number === undefined ? source : source.replaceAll("{n}", number))
      : columnsOfValue(header, source, number),
  );
}

/** Returns the placeholders in an attribute's name, such as `size` in `price-{size}`. */
const placeholders = (name: string): string[] => [...name.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] as string);

/** The columns that no statement of the mapping uses and that become attributes. */
export function keptColumns(mapping: Mapping, header: readonly string[]): Map<number, string> {
  const {
    key,
    name,
    description,
    active,
    parent,
    attributes = {},
    pairs = [],
    keep = true,
    drop = [],
    also = [],
  } = mapping;
  const used = new Set<number>();
  const use = (value: Value | undefined, number?: string): void => {
    for (const column of value === undefined ? [] : columnsOfValue(header, value, number)) used.add(column);
  };
  for (const value of [key, name, description, active, parent, ...Object.values(attributes)]) use(value);
  for (const attribute of Object.keys(attributes).filter((each) => isDeclared(mapping, header, each)))
    for (const hole of placeholders(attribute)) use(hole);
  for (const pair of pairs) {
    if (pair.in !== undefined) use(pair.in);
    for (const { number } of pair.each === undefined ? [] : numbered(header, pair.each))
      for (const value of [pair.name ?? pair.each, pair.value, pair.unit]) use(value, number);
  }
  const isIn = (patterns: readonly string[], column: number): boolean =>
    patterns.some((pattern) => numbered(header, pattern).some((match) => match.column === column));
  const kept = new Map<number, string>();
  header.forEach((column, index) => {
    const isKept = keep !== false && !used.has(index) && !isIn(drop, index) && (keep === true || isIn(keep, index));
    const attribute = renamed(mapping, header, column);
    if ((isKept || isIn(also, index)) && !isDeclared(mapping, header, attribute)) kept.set(index, attribute);
  });
  return kept;
}

const isDeclared = ({ attributes = {} }: Mapping, header: readonly string[], name: string): boolean => {
  const value = attributes[name];
  if (value === undefined) return false;
  const cells = header.map(() => "");
  return evaluate({ header, cells, markers: [] }, value, { trim: false }) !== undefined;
};

function renamed({ rename = {} }: Mapping, header: readonly string[], column: string): string {
  for (const [from, to] of Object.entries(rename)) {
    if (columnsOf(header, from).length > 0) {
      if (header[columnsOf(header, from)[0] as number] === column) return to;
      continue;
    }
    const holes = matchLike(column, from);
    if (holes !== undefined) return to.replaceAll(/\{([^{}]+)\}/g, (_, hole: string) => holes[hole] ?? "");
  }
  return column;
}

/** Returns the steps that `split` and `format` define for a column that is kept as an attribute. */
function formatOf({ split = {}, format = {} }: Mapping, header: readonly string[], column: number): object {
  const steps = {};
  const matches = (pattern: string): boolean => numbered(header, pattern).some((match) => match.column === column);
  for (const [separator, patterns] of Object.entries(split))
    if (patterns.some(matches)) Object.assign(steps, { split: separator });
  for (const [pattern, members] of Object.entries(format)) if (matches(pattern)) Object.assign(steps, members);
  return steps;
}

function isMet(row: ModelRow, { blank, of, is, not, like, any }: Condition): boolean {
  const many = (texts: string | string[] | undefined): string[] =>
    (texts === undefined ? [] : typeof texts === "string" ? [texts] : texts).map((text) => text.trim().toLowerCase());
  if (blank !== undefined) {
    const columns = (typeof blank === "string" ? [blank] : blank).flatMap((name) => columnsOf(row.header, name));
    if (columns.length === 0 || columns.some((column) => (row.cells[column] ?? "").trim() !== "")) return false;
  }
  if (of !== undefined) {
    const result = quietly(() => evaluate(row, of, { trim: true }));
    if (result === undefined) return false;
    const text = (typeof result === "string" ? result : Array.isArray(result) ? result.join(", ") : "")
      .trim()
      .toLowerCase();
    if (is !== undefined && !many(is).includes(text)) return false;
    if (not !== undefined && many(not).includes(text)) return false;
    if (like !== undefined && matchLike(text, like.toLowerCase()) === undefined) return false;
  }
  return any === undefined || any.some((each) => isMet(row, each));
}

/** Returns null, which counts as blank, if the value cannot be read. A condition never rejects a row. */
function quietly(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault || error instanceof Unseen) return null;
    throw error;
  }
}

export function mapModelRow(mapping: Mapping, header: readonly string[], cells: readonly string[]): MappedModelRow {
  const row: ModelRow = { header, cells, markers: mapping.empty ?? [] };
  const found: MappedModelRow = {
    ignored: (mapping.ignore ?? []).some((condition) => isMet(row, condition)),
    deletes: false,
    faults: new Set(),
    unseen: false,
    key: "",
    name: undefined,
    description: undefined,
    active: "",
    parent: undefined,
    attributes: new Map(),
    removed: new Set(),
  };
  if (found.ignored) return found;
  /** Runs a function that reads a value. If the value has a fault, records the fault and returns null, which counts as blank. */
  const safely = <T>(run: () => T): T | null => {
    try {
      return run();
    } catch (error) {
      if (error instanceof Unseen) found.unseen = true;
      else if (error instanceof Fault) found.faults.add(error.code);
      else throw error;
      return null;
    }
  };
  found.deletes = mapping.delete_when !== undefined && isMet(row, mapping.delete_when);
  const key = safely(() => keyOf(row, mapping.key));
  found.key = typeof key === "string" ? key.trim() : "";
  if (found.deletes) return found;
  const columnsIn = (patterns: readonly string[] = []): number[] =>
    patterns.flatMap((pattern) => numbered(header, pattern).map(({ column }) => column));
  for (const column of columnsIn(mapping.blank?.reject))
    if ((cells[column] ?? "").trim() === "") found.faults.add("value_empty");

  const field = (value: Value | undefined, trim: boolean): Result =>
    value === undefined ? undefined : safely(() => evaluate(row, value, { trim }));
  const name = field(mapping.name, false);
  if (name === ERASED) found.faults.add("does_not_fit");
  else if (name !== undefined) found.name = (name as string | null) ?? "";
  const description = field(mapping.description, false);
  found.description = (description ?? undefined) as string | typeof ERASED | undefined;
  const parent = field(mapping.parent, true);
  found.parent = (parent ?? undefined) as string | typeof ERASED | undefined;
  const active = field(mapping.active, true);
  if (typeof active === "string") found.active = safely(() => yesNo(active)) ?? "";

  const removable = new Set(columnsIn(mapping.blank?.remove));
  /** The attributes set or erased so far; their names are in the mapping or in the header. These take precedence over attributes of the
   * same name whose names come from the data. */
  const fixed = new Set<string>();
  const set = (attribute: string, value: Result, columns: readonly number[]): void => {
    if (value === ERASED) {
      found.removed.add(attribute);
      fixed.add(attribute);
    } else if (value !== null && value !== undefined) {
      found.attributes.set(attribute, value);
      fixed.add(attribute);
    } else if (value === null && columns.some((column) => removable.has(column))) found.removed.add(attribute);
  };
  for (const [attribute, value] of Object.entries(mapping.attributes ?? {}))
    if (!attribute.includes("{")) set(attribute, field(value, false), columnsOfValue(header, value));
  for (const [column, attribute] of keptColumns(mapping, header)) {
    const members = { ...formatOf(mapping, header, column), from: header[column] as string };
    set(attribute, field(members, false), [column]);
  }
  addNamed(found, { row, mapping, fixed, safely });
  return found;
}

/** Returns the key. If several columns are joined to a key, different cells must not give the same key: a cell other than the last must
 * not contain the separator. */
function keyOf(row: ModelRow, key: Value): Result {
  const result = evaluate(row, key, { trim: true });
  if (typeof key !== "object" || Array.isArray(key) || key.need !== "all" || key.join === undefined) return result;
  const { join } = key;
  const parts = columnsOfValue(row.header, key).slice(0, -1);
  const texts = parts.map((column) => (row.cells[column] ?? "").trim());
  const blankAt = texts.indexOf("");
  if (join !== "" && texts.slice(0, blankAt === -1 ? undefined : blankAt).some((text) => text.includes(join)))
    throw new Fault("does_not_fit");
  return result;
}

interface Naming {
  row: ModelRow;
  mapping: Mapping;
  fixed: ReadonlySet<string>;
  safely: <T>(run: () => T) => T | null;
}

/** Adds the attributes whose names come from the data. */
function addNamed(found: MappedModelRow, { row, mapping, fixed, safely }: Naming): void {
  const named = new Map<string, string | string[]>();
  const add = (name: string, value: string | string[], list: boolean): void => {
    const attribute = name.trim();
    if (attribute === "") throw new Fault("does_not_fit");
    const before = named.get(attribute);
    const now = list && typeof value === "string" ? [value] : value;
    if (before === undefined) named.set(attribute, now);
    // If the row gives the attribute two different values, the attribute becomes a list of both.
    else if (before !== value) named.set(attribute, [...new Set([before, value].flat())]);
  };
  for (const [attribute, value] of Object.entries(mapping.attributes ?? {}).filter(([name]) => name.includes("{"))) {
    safely(() => {
      row.holes = undefined;
      const result = evaluate(row, value, { trim: false });
      if (result === null || result === undefined || result === ERASED) return;
      const name = attribute.replaceAll(/\{([^{}]+)\}/g, (_, hole: string) => {
        const like = typeof value === "object" && !Array.isArray(value) ? (value.like ?? "") : "";
        const isHole = placeholders(like).some((each) => each.replace(/:.*/, "") === hole);
        const text = isHole ? (row.holes?.[hole] ?? "") : (row.cells[columnsOf(row.header, hole)[0] ?? -1] ?? "");
        if (text.trim() === "") throw new Fault("does_not_fit");
        return text.trim();
      });
      add(name, result, false);
    });
  }
  for (const pair of mapping.pairs ?? []) safely(() => addPair(row, pair, add));
  for (const [attribute, value] of named) if (!fixed.has(attribute)) found.attributes.set(attribute, value);
}

type Add = (name: string, value: string | string[], list: boolean) => void;

function addPair(row: ModelRow, pair: NonNullable<Mapping["pairs"]>[number], add: Add): void {
  const without = (pair.without ?? []).map((text) => text.trim().toLowerCase());
  const isLeftOut = (text: string): boolean => without.includes(text.trim().toLowerCase());
  const list = pair.list === true;
  if (pair.each !== undefined) {
    for (const { number } of numbered(row.header, pair.each)) {
      const name = evaluate(row, pair.name ?? pair.each, { trim: true, number });
      const value = evaluate(row, pair.value ?? "", { trim: false, number });
      if (typeof name !== "string" || value === null || value === undefined || value === ERASED) continue;
      if (typeof value === "string" && isLeftOut(value)) continue;
      add(name, value, list);
      const unit = pair.unit === undefined ? null : evaluate(row, pair.unit, { trim: true, number });
      if (typeof unit === "string") add(`${name.trim()}-unit`, unit, false);
    }
    return;
  }
  const [column = -1] = columnsOf(row.header, pair.in ?? "");
  const text = row.cells[column] ?? "";
  if (text.trim() === "" || row.markers.includes(text.trim())) return;
  const { split = "", pair: sign = "" } = pair;
  const found: [string, string][] = [];
  for (const part of split === "" ? [text] : text.split(split)) {
    const at = part.indexOf(sign);
    const last = found.at(-1);
    if (at > 0) found.push([part.slice(0, at), part.slice(at + sign.length)]);
    else if (at === -1 && last !== undefined) last[1] += split + part;
    else if (part.trim() !== "") throw new Fault("does_not_fit");
  }
  for (const [name, value] of found) if (value.trim() !== "" && !isLeftOut(value)) add(name, value.trim(), list);
}

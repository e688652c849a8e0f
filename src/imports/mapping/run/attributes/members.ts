// Evaluates the attributes of a plan, and writes them as members of a JSON object.
import type { MappingPlan } from "../../plan.ts";
import { canFail, SHORT_RECORD_BYTES } from "../can-fail.ts";
import type { OutBytes } from "../bytes/out-bytes.ts";
import type { Row } from "../row.ts";
import type { ValueContext } from "../value.ts";
import { NamedValues } from "./named-values.ts";
import { ValueWriter, writeJson } from "../value-writer.ts";

const COMMA = 0x2c;

interface StaticMember {
  name: string;
  key: Buffer;
  value: ValueWriter;
  /** Whether the value can have a fault even in a short record. If so, the scan evaluates the value in every record. Otherwise, only a record
   * longer than SHORT_RECORD_BYTES can make the value too large, and the scan evaluates the value only in such records. */
  can_fail: boolean;
}

export class Members {
  readonly #fixed: StaticMember[];
  readonly #named: NamedValues;
  readonly #copied: ReadonlyMap<string, number>;
  readonly #hasNames: boolean;
  /** The names of static members (members whose names are in the mapping) that have a value or are erased in this record; collected only
   * if there are dynamic members. */
  readonly #taken = new Set<string>();
  /** For each attribute name that comes from the data: the bytes of the JSON key. */
  readonly #keys = new Map<string, Buffer>();

  constructor({ attributes, pairs, copied }: MappingPlan, context: ValueContext) {
    this.#fixed = attributes.flatMap(({ name, value }) =>
      typeof name === "string"
        ? [{ name, key: keyOf(name), value: new ValueWriter(value, context, true), can_fail: canFail(value) }]
        : [],
    );
    this.#copied = new Map(copied.map(({ name, column }) => [name, column]));
    this.#named = new NamedValues({ attributes, pairs }, context, (name) => this.#copied.get(name) ?? -1);
    this.#hasNames = !this.#named.is_empty;
  }

  /**
   * Evaluates the values that can have a fault, and writes nothing.
   * @param bytes length of the record
   */
  check(row: Row, out: OutBytes, bytes: number): void {
    const isLong = bytes > SHORT_RECORD_BYTES;
    const mark = out.length;
    for (let i = 0; i < this.#fixed.length && row.fault === undefined; i++) {
      const { value, can_fail } = this.#fixed[i] as StaticMember;
      if (isLong || can_fail) value.write(row, out);
      out.reset(mark);
    }
    if (this.#hasNames) this.#named.read(row);
  }

  /** Writes the members with values, and then, with the value null, the members of erased attributes. Returns the position at which the
   * members of erased attributes begin. */
  write(row: Row, out: OutBytes): number {
    const start = out.length;
    let erased: StaticMember[] | undefined;
    if (this.#hasNames) this.#taken.clear();
    for (let i = 0; i < this.#fixed.length && row.fault === undefined; i++) {
      const member = this.#fixed[i] as StaticMember;
      const mark = out.length;
      if (mark > start) out.byte(COMMA);
      out.copy(member.key);
      const outcome = member.value.write(row, out);
      if (outcome !== "blank" && this.#hasNames) this.#taken.add(member.name);
      if (outcome === "written") continue;
      out.reset(mark);
      if (outcome === "erased") (erased ??= []).push(member);
    }
    if (this.#hasNames) this.#writeNamed(row, out, start);
    const end = out.length;
    erased?.forEach(({ key }, index) => {
      if (index > 0) out.byte(COMMA);
      out.copy(key);
      out.text("null");
    });
    return end;
  }

  #writeNamed(row: Row, out: OutBytes, start: number): void {
    for (const [name, value] of this.#named.read(row)) {
      if (!this.#isFree(row, name)) continue;
      if (out.length > start) out.byte(COMMA);
      out.copy(this.#keyOf(name));
      writeJson(out, value);
    }
  }

  /** Whether an attribute whose name comes from the data may use this name. An attribute whose name is in the mapping takes precedence. */
  #isFree(row: Row, name: string): boolean {
    if (this.#taken.has(name)) return false;
    const column = this.#copied.get(name);
    return column === undefined || row.isBlank(column);
  }

  #keyOf(name: string): Buffer {
    let key = this.#keys.get(name);
    if (key === undefined) this.#keys.set(name, (key = keyOf(name)));
    return key;
  }
}

const keyOf = (name: string): Buffer => Buffer.from(`${JSON.stringify(name)}:`);

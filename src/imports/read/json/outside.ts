// Collects values outside of the records of a JSON file: entries of lookup tables, and values of the objects that contain the records.
import type { Ancestors } from "../tree/around/ancestors.ts";
import type { TableCollector } from "../tree/around/collect-tables.ts";
import type { JsonVisitor } from "./json-visitor.ts";

/** @returns undefined if the values outside of the records are not needed */
export function outsideVisitor(
  tables: TableCollector | undefined,
  above: Ancestors | undefined,
): JsonVisitor | undefined {
  if (tables === undefined && above === undefined) return undefined;
  return {
    open(names, isArray) {
      const name = names.at(-1) ?? "";
      tables?.open(name, undefined);
      above?.open(name, isArray);
    },
    close() {
      tables?.close();
      above?.close();
    },
    member: () => undefined,
    root: () => undefined,
    wants: (name) => tables?.wants(name) === true || above?.keeps(name) === true,
    value(name, text) {
      if (tables !== undefined) {
        tables.open(name, undefined);
        tables.text(text);
        tables.close();
      }
      if (above?.keeps(name) !== true) return;
      above.open(name);
      above.text(text);
      above.close();
    },
    innermost: () => above?.innermost,
  };
}

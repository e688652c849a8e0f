import { expect, test } from "vitest";
import type { ListedImport } from "../../../contract/imports/imports.ts";
import { lacksDetails, mergeImport, withColumns } from "./merge-import.ts";

const columns = [{ name: "SKU", target: "sku" as const }];
const sheets = [{ name: "Table 1", read: true }];
const of = (given: Partial<ListedImport>): ListedImport =>
  ({ id: 1, version: 1, state: "loading", columns_count: 1, columns, dialect: null, problem: null, ...given }) as never;
const short = (given: Partial<ListedImport>): ListedImport => of({ shortened: true, columns: null, ...given });
const whole = (given: Partial<ListedImport>): ListedImport => of({ shortened: false, ...given });

test("a newer state from the stream keeps the columns that are already loaded", () => {
  const merged = mergeImport(whole({ version: 3 }), short({ version: 4, rows: 7 }));
  expect(merged).toMatchObject({ version: 4, rows: 7, columns });
  expect(lacksDetails(merged)).toBe(false);
});

test("details that arrive late only fill in what the newer state lacks", () => {
  const dialect = { format: "xlsx" } as ListedImport["dialect"];
  const merged = mergeImport(
    short({ version: 9, dialect }),
    whole({ version: 5, dialect: { ...dialect, sheets } as never }),
  );
  expect(merged).toMatchObject({ version: 9, columns, dialect: { sheets } });
});

test("columns are dropped if a newer state has another number of columns", () => {
  const merged = mergeImport(whole({ version: 3 }), short({ version: 4, columns_count: 2000 }));
  expect(merged.columns).toBeNull();
  expect(lacksDetails(merged)).toBe(true);
  expect(withColumns(merged).columns).toEqual([]);
});

test("complete details replace a shortened state of the same version, never the reverse", () => {
  const problem = { type: "/problems/bad-header", title: "…", status: 422, detail: "long" };
  const failed = { version: 6, state: "failed" as const };
  const merged = mergeImport(short(failed), whole({ ...failed, problem }));
  expect(merged).toMatchObject({ shortened: false, problem });
  expect(mergeImport(merged, short(failed))).toBe(merged);
});

test("a shortened state of an ended import needs its details loaded", () => {
  expect(lacksDetails(of({ shortened: true, state: "failed" }))).toBe(true);
  expect(lacksDetails(of({ shortened: true, state: "loading" }))).toBe(false);
});

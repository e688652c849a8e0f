import { expect, test } from "vitest";
import type { ListedImport } from "../../../contract/imports/imports.ts";
import { announcementOf, itemOf } from "./running-items.ts";

const ended = (part: Partial<ListedImport>) => ({
  kind: "import" as const,
  record: {
    id: 7,
    filename: "supplier.csv",
    state: "done",
    fraction: 1,
    rows: 466_693,
    created: 0,
    updated: 0,
    unchanged: 0,
    deleted: 0,
    adds: 0,
    superseded: 0,
    rejected: 0,
    ignored: 0,
    problem: null,
    cancel_requested: false,
    wait_reason: null,
    ...part,
  } as ListedImport,
});
const problem = { type: "/problems/nothing-imported", title: "Nothing was imported", status: 422, detail: "" };

test("an import of unchanged products is done, and its item shows how many are up to date", () => {
  expect(itemOf(ended({ unchanged: 466_693 }))).toMatchObject({ tone: "done", detail: "466,693 unchanged" });
  expect(itemOf(ended({ created: 2, unchanged: 3, rejected: 1 })).detail).toBe("2 created, 1 rejected");
});

test("an import that applied no row has failed, and its item names the reason", () => {
  const failed = ended({ state: "failed", rejected: 20, ignored: 3, problem });
  expect(itemOf(failed)).toMatchObject({ tone: "failed", detail: "Nothing imported: 20 rejected, 3 ignored" });
  expect(announcementOf(failed)).toContain("Nothing imported");
  expect(itemOf(ended({ state: "failed", rows: 0, problem })).detail).toBe("Nothing imported");
});

test("the problem of a failed import is translated, unless the page does not know it", () => {
  const failed = (slug: string): string =>
    itemOf(ended({ state: "failed", problem: { ...problem, type: `/problems/${slug}`, title: "From the server" } }))
      .detail;
  expect(failed("rejected-rows")).toBe("Nothing was imported because some rows have errors");
  expect(failed("from-the-future")).toBe("From the server");
});

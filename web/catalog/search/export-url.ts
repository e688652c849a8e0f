// The download URL of the current list, in its sort order.
import { address } from "../../../client/address.ts";
import { export_products, type ExportFormat } from "../../../contract/catalog/export.ts";
import type { ListFilter } from "./list-filter.ts";
import { formatSort, type Sort } from "../view/view.ts";

export type ExportKind = ExportFormat | "excel_csv";

/** Export formats by use. Exports for spreadsheets are escaped so that no cell runs as a formula; other programs need unmodified
 * values. */
export const EXPORT_KINDS: Record<ExportKind, { format: ExportFormat; spreadsheet?: true }> = {
  xlsx: { format: "xlsx" },
  excel_csv: { format: "csv", spreadsheet: true },
  csv: { format: "csv" },
  tsv: { format: "tsv" },
  jsonl: { format: "jsonl" },
};

export const exportUrl = (filter: ListFilter, sort: Sort, kind: ExportKind): string =>
  address(export_products, { querystring: { ...filter, sort: formatSort(sort), ...EXPORT_KINDS[kind] } }, "");

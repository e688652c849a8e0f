// Where the list that is shown can be downloaded, in the order in which it is shown.
import { address } from "../../client/address.ts";
import { export_products, type ExportFormat } from "../../contract/export.ts";
import type { ListFilter } from "./list-filter.ts";
import { formatSort, type Sort } from "./view.ts";

export const exportUrl = (filter: ListFilter, sort: Sort, format: ExportFormat): string =>
  address(export_products, { querystring: { ...filter, sort: formatSort(sort), format } }, "");

// The bundled sample catalogue, and a template to fill in.
import { UnreachableError } from "../../../client/answer.ts";
import { t } from "../../texts/t.ts";
import { writeRecords } from "../preview/records.ts";

const SAMPLE = "/samples/sample-catalogue.csv";

/** Loads the sample catalogue as a file.
 * @throws UnreachableError if it cannot be loaded */
export async function fetchSample(): Promise<File> {
  const response = await fetch(SAMPLE).catch((cause: unknown) => {
    throw new UnreachableError(t("ui.no_answer"), { cause });
  });
  if (!response.ok) throw new UnreachableError(t("imports.first.no_sample"), { status: response.status });
  return new File([await response.blob()], `${t("imports.first.sample_name")}.csv`, { type: "text/csv" });
}

/** The URL of a CSV file with the product columns, some attribute columns, and one example row. */
export const templateUrl = (): string => {
  const text = writeRecords([
    ["sku", "name", "description", "active", "price", "brand", "colour"],
    ["TEA-001", t("imports.first.tea"), t("imports.first.tea_text"), "yes", "7.90", "Café Kestrel", ""],
  ]);
  // The byte order mark makes spreadsheet programs read the file as UTF-8.
  return `data:text/csv;charset=utf-8,${encodeURIComponent(`\uFEFF${text}`)}`;
};

// Why the import cannot be started.
import { problemDetail, problemInWords } from "../../../server/problem-words.ts";
import { t } from "../../../texts/t.ts";
import type { Editor } from "../state/use-editor.ts";

/** @returns an empty text if the import can start */
export function obstacleOf({ text, missing, error, preview, is_edited: isEdited }: Editor): string {
  const [fault] = text.value?.faults ?? [];
  if (fault !== undefined) {
    const where = fault.path === "" ? "" : `${fault.path}: `;
    return t("mapping.start.text_faults", { fault: `${where}${fault.message}` });
  }
  switch (missing.value) {
    case "key":
      return t("mapping.start.no_key");
    case "name":
      return t("mapping.start.no_name");
    case undefined:
      break;
  }
  if (error.value !== null) return problemInWords(error.value).description;
  // Without an edit, ignore problems of the preview: the preview knows only the first rows, and the scan has checked the whole file.
  const problem = isEdited.value ? (preview.value?.problem ?? null) : null;
  return problem === null ? "" : problemDetail(problem);
}

// Imports the file of an import again: another sheet of a workbook, another table of a zip file, or the same table with other targets for its columns. The server does
// not keep imported files, so the tab sends its copy of the file again or asks the user to choose the file.
import type { Import } from "../../../contract/imports/imports.ts";
import { chooseFile } from "../../ui/choose-file.ts";
import { formatBytes } from "../../ui/format.ts";
import { toast } from "../../server/toasts.ts";
import { t } from "../../texts/t.ts";
import { previewOfImport } from "../preview/use-preview.ts";
import { useUploads } from "../upload/use-uploads.ts";

const { add } = useUploads();

export const importSheet = (import_: Import, sheet: string): Promise<void> => importAgain(import_, { sheet });

/** Imports another table of a zip file. */
export const importMember = (import_: Import, member: string): Promise<void> => importAgain(import_, { member });

/** Imports the file again. The new import is held until the user has checked its columns. The editor starts with the options of the earlier
 * import. */
export const importWithOtherColumns = (import_: Import): Promise<void> => importAgain(import_, { review: "always" });

async function importAgain(
  { id, filename: name, size, options }: Import,
  changed: { sheet: string } | { member: string } | { review: "always" },
): Promise<void> {
  const file = previewOfImport(id)?.file ?? (await chooseFile());
  if (file === null) return;
  if (file.size === size) add([file], { ...options, ...changed });
  else
    toast({
      title: t("imports.unfinished.wrong_file", { name }),
      description: t("imports.sheets.wrong_file_text", { name, size: formatBytes(size ?? 0) }),
      tone: "warning",
    });
}

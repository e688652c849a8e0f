// Offers the first rows of an imported file to the profile of the import, as the input of a new test.
import type { Import } from "../../../contract/imports/imports.ts";
import { firstLines } from "../../services/test-input/first-lines.ts";
import { offerInput } from "../../services/test-input/offered-input.ts";
import { toast } from "../../server/toasts.ts";
import { chooseFile } from "../../ui/choose-file.ts";
import { t } from "../../texts/t.ts";
import { previewOfImport } from "../preview/use-preview.ts";

const MAX_NAME_CHARACTERS = 200;

/** Whether a test can be made from the file. The file must be a text file, because tests are stored as text. Its profile must not be built
 * in, because the user cannot add tests to built-in profiles. */
export const canBeTest = ({ profile, dialect }: Import): boolean =>
  profile?.built_in === false && dialect?.format === "text";

/** Offers the first lines of the file as a test. The server does not keep imported files: if this tab did not upload the file, the user
 * must choose it again.
 * @returns the address at which the user reviews and stores the test; undefined if the user cancels or the file cannot be read */
export async function offerTest({ id, filename, size, profile, dialect }: Import): Promise<string | undefined> {
  if (profile === null || dialect === null) return undefined;
  const file = previewOfImport(id)?.file ?? (await chooseFile());
  if (file === null) return undefined;
  if (file.size !== size) {
    toast({ title: t("imports.unfinished.wrong_file", { name: filename }), tone: "warning" });
    return undefined;
  }
  const input = await firstLines(file, dialect.encoding);
  if (input === null) {
    toast({ title: t("imports.test.not_text"), tone: "error" });
    return undefined;
  }
  offerInput({ profile: profile.name, name: filename.slice(0, MAX_NAME_CHARACTERS), input });
  return `/profiles/${encodeURIComponent(profile.name)}/tests`;
}

// Refuses options and files that do not fit each other.
import type { DialectOverrides } from "../../../../contract/imports/imports.ts";
import { Problem } from "../../../../contract/problems.ts";
import { because } from "../../../../contract/problem-reasons.ts";
import { FORMAT_NAMES } from "../archive/unpack.ts";
import type { PackedFormat } from "../detect/detect-format.ts";

/** Refuses the name of a sheet for a file that is not a workbook. @throws Problem no-such-sheet if the sender named a sheet */
export function refuseSheet({ sheet }: DialectOverrides): void {
  if (sheet !== undefined)
    throw new Problem(
      "no-such-sheet",
      `There is no sheet "${sheet}", because the file is not a workbook. Import the file without naming a sheet.`,
      { extra: because("not-a-workbook", { sheet }) },
    );
}

/** Refuses the option `member`, which names a file inside a zip file, if the sent file is not a zip file. @throws Problem no-such-member */
export function refuseMember({ member }: DialectOverrides): void {
  if (member !== undefined)
    throw new Problem(
      "no-such-member",
      `The file is not a zip file, so it does not contain "${member}". Import the file without naming a file in it.`,
      { extra: because("not-a-zip", { member }) },
    );
}

export const packedTwice = (format: PackedFormat): Problem =>
  new Problem(
    "unsupported-file",
    `The ${FORMAT_NAMES[format]} file contains another packed file. Unpack the ${FORMAT_NAMES[format]} file and send the file that it contains.`,
    { extra: because("packed-file") },
  );

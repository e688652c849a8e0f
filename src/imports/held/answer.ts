// The options of a held import after the client's answer.
import type { z } from "zod";
import { isSwitchedOff } from "../../profiles/choose-profile.ts";
import type { continue_options, GivenOptions } from "../../../contract/imports/imports.ts";

export type Answer = z.infer<typeof continue_options>;

/** Whether the answer replaces the profile of the import. */
export const replacesProfile = ({ profile, mapping }: Answer): boolean =>
  profile !== undefined || mapping !== undefined;

/** Whether the answer names columns. */
export const choosesColumns = ({ mapping, key, name }: Answer): boolean =>
  mapping !== undefined || key !== undefined || name !== undefined;

/** Returns the stored options, overridden by the options of the answer. An answer with the option `profile` (a profile or `none`) drops the
 * stored mapping, because that mapping may come from another profile. An answer that names a profile also drops the stored options `key`
 * and `name`, because the user chose these columns without this profile. An answer with a mapping drops the stored options `profile`, `key`
 * and `name`. */
export function answeredOptions(stored: GivenOptions, answer: Answer): GivenOptions {
  const given = Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined));
  const kept: GivenOptions = { ...stored };
  if (answer.profile !== undefined) delete kept.mapping;
  if (answer.mapping !== undefined) delete kept.profile;
  if (answer.mapping !== undefined || (answer.profile !== undefined && !isSwitchedOff(answer.profile))) {
    delete kept.key;
    delete kept.name;
  }
  return { ...kept, ...given };
}

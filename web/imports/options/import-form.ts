// The state of the form for import options, and its conversion to query parameters. Values that equal the default are omitted.
import type { z } from "zod";
import { ENCODINGS, type create_import, type MODES, type REPEATS } from "../../../contract/imports/imports.ts";
import { t } from "../../texts/t.ts";
import { delimiterLabel, encodingLabel } from "../labels.ts";

export interface ImportForm {
  mode: (typeof MODES)[number];
  repeats: (typeof REPEATS)[number];
  strict: boolean;
  active: boolean;
  /** Name of a profile, NO_PROFILE, or empty if the server selects the profile. */
  profile: string;
  /** Name of the column with the SKUs, or empty if the server recognizes it. */
  key: string;
  /** Whether every import waits until the user has checked its columns. Otherwise, only files of an unknown layout wait. */
  always_review: boolean;
  encoding: (typeof ENCODINGS)[number] | typeof DETECT;
  /** A delimiter, DETECT, or OTHER if the delimiter is in `other_delimiter`. */
  delimiter: string;
  other_delimiter: string;
  quote: string;
  escape: "doubled" | "backslash" | typeof NONE | typeof DETECT;
  header: "yes" | "no" | typeof DETECT;
  preamble: string;
}

/** Value of the select item for automatic detection. */
export const DETECT = "detect";
/** Value of the select item for "none". An empty string would be natural, but the value of a select item cannot be empty. */
export const NONE = "none";
/** Value of the select item for a delimiter that the user types. */
export const OTHER = "other";

export const emptyForm = (): ImportForm => ({
  mode: "upsert",
  repeats: "last",
  strict: false,
  active: true,
  profile: "",
  key: "",
  always_review: false,
  encoding: DETECT,
  delimiter: DETECT,
  other_delimiter: "",
  quote: DETECT,
  escape: DETECT,
  header: DETECT,
  preamble: "",
});

/** The items of the form's selects, in the current language. */
export function formChoices() {
  const detect = { value: DETECT, label: t("imports.format.detect") };
  const none = { value: NONE, label: t("imports.format.none") };
  return {
    encoding: [detect, ...ENCODINGS.map((value) => ({ value, label: encodingLabel(value) }))],
    delimiter: [
      detect,
      ...[",", ";", "\t", "|"].map((value) => ({ value, label: delimiterLabel(value) })),
      { value: OTHER, label: t("imports.format.other") },
    ],
    quote: [
      detect,
      { value: '"', label: `${t("imports.format.double_quote")} "` },
      { value: "'", label: `${t("imports.format.single_quote")} '` },
      none,
    ],
    escape: [
      detect,
      { value: "doubled", label: t("imports.format.doubled") },
      { value: "backslash", label: t("imports.format.backslash") },
      none,
    ],
    header: [
      detect,
      { value: "yes", label: t("imports.format.names_columns") },
      { value: "no", label: t("imports.format.is_data") },
    ],
  };
}

type Options = Omit<z.input<typeof create_import.schema.querystring>, "filename">;

export function optionsOf(form: ImportForm): Options {
  const defaults = emptyForm();
  return {
    ...(form.mode === defaults.mode ? {} : { mode: form.mode }),
    ...(form.repeats === defaults.repeats ? {} : { repeats: form.repeats }),
    ...(form.strict ? { strict: true } : {}),
    ...(form.active ? {} : { active: false }),
    ...(form.profile === "" ? {} : { profile: form.profile }),
    ...(form.key === "" ? {} : { key: form.key }),
    ...(form.always_review ? { review: "always" as const } : {}),
    ...dialectOf(form),
  };
}

/** The options that override automatic detection. */
export function dialectOf(form: ImportForm): Options {
  const delimiter = form.delimiter === OTHER ? form.other_delimiter : form.delimiter;
  const quote = form.quote === NONE ? "" : form.quote;
  const preamble = form.preamble.trim();
  return {
    ...(form.encoding === DETECT ? {} : { encoding: form.encoding }),
    ...(delimiter === DETECT || delimiter === "" ? {} : { delimiter: delimiter.replaceAll("\\t", "\t") }),
    ...(quote === DETECT ? {} : { quote }),
    ...(form.escape === DETECT ? {} : { escape: escapeOf(form.escape, quote) }),
    ...(form.header === DETECT ? {} : { header: form.header === "yes" }),
    ...(/^\d+$/.test(preamble) ? { preamble: Number(preamble) } : {}),
  };
}

function escapeOf(escape: Exclude<ImportForm["escape"], typeof DETECT>, quote: string): string {
  if (escape === NONE) return "";
  if (escape === "backslash") return "\\";
  return quote === DETECT || quote === "" ? '"' : quote;
}

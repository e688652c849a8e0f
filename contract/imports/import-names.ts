// URLs, states and encodings of imports. They are separate from the schemas in imports.ts because loading zod took a third of the
// start time of commands that only send a file and watch its import.

export const IMPORTS_URL = "/api/imports";
export const IMPORT_URL = "/api/imports/:id";
export const CANCEL_IMPORT_URL = "/api/imports/:id/cancel";
export const CONTINUE_IMPORT_URL = "/api/imports/:id/continue";
export const PREVIEW_HELD_URL = "/api/imports/:id/preview";
export const WATCH_IMPORT_URL = "/api/imports/:id/events";

export const IMPORT_STATES = [
  "receiving",
  "paused",
  "scanning",
  "held",
  "ready",
  "loading",
  "finishing",
  "done",
  "cancelled",
  "failed",
] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

const TERMINAL: ReadonlySet<ImportState> = new Set(["done", "cancelled", "failed"]);
export const isTerminal = (state: ImportState): boolean => TERMINAL.has(state);

/** The encodings that can be read: four code pages of DOS, and the encodings of the WHATWG encoding standard
 * (https://encoding.spec.whatwg.org/#names-and-labels) except `replacement`, which decodes nothing. The names are those of the standard, in
 * lower case. */
export const ENCODINGS = [
  "utf-8",
  "utf-16le",
  "utf-16be",
  "windows-1252",
  "windows-1250",
  "windows-1251",
  "windows-1253",
  "windows-1254",
  "windows-1255",
  "windows-1256",
  "windows-1257",
  "windows-1258",
  "windows-874",
  "iso-8859-2",
  "iso-8859-3",
  "iso-8859-4",
  "iso-8859-5",
  "iso-8859-6",
  "iso-8859-7",
  "iso-8859-8",
  "iso-8859-8-i",
  "iso-8859-10",
  "iso-8859-13",
  "iso-8859-14",
  "iso-8859-15",
  "iso-8859-16",
  "cp437",
  "cp850",
  "cp852",
  "cp858",
  "ibm866",
  "koi8-r",
  "koi8-u",
  "macintosh",
  "x-mac-cyrillic",
  "shift_jis",
  "euc-jp",
  "iso-2022-jp",
  "gbk",
  "gb18030",
  "big5",
  "euc-kr",
  "x-user-defined",
] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Names of encodings that are in use, but not in the WHATWG encoding standard. */
const OTHER_LABELS: Readonly<Record<string, Encoding>> = {
  utf8: "utf-8",
  utf16: "utf-16le",
  utf16le: "utf-16le",
  utf16be: "utf-16be",
  "latin-1": "windows-1252",
  cp932: "shift_jis",
  cp936: "gbk",
  cp949: "euc-kr",
  uhc: "euc-kr",
  cp950: "big5",
  cp874: "windows-874",
  macroman: "macintosh",
  "mac-roman": "macintosh",
  "mac roman": "macintosh",
  ...dosLabels("437"),
  ...dosLabels("850"),
  ...dosLabels("852"),
  ...dosLabels("858"),
};

/** The usual spellings of a DOS code page. */
function dosLabels(page: "437" | "850" | "852" | "858"): Record<string, Encoding> {
  const spellings = ["", "cp", "cp-", "cp_", "ibm", "ibm-", "ibm0", "ibm00", "dos", "dos-", "oem", "cspc"];
  return Object.fromEntries(spellings.map((prefix) => [`${prefix}${page}`, `cp${page}`]));
}

/** Returns the encoding with this label. For example, the label `latin1` means `windows-1252`. Labels are not case-sensitive.
 * @returns undefined if the label is unknown or the encoding is not supported */
export function encodingOf(label: string): Encoding | undefined {
  const other = label.trim().toLowerCase();
  if (Object.hasOwn(OTHER_LABELS, other)) return OTHER_LABELS[other];
  try {
    const name = new TextDecoder(label).encoding;
    return ENCODINGS.find((encoding) => encoding === name);
  } catch {
    return undefined;
  }
}

/** The message for a label that `encodingOf` does not know. */
export const unknownEncoding = (label: string): string =>
  `The encoding "${label.slice(0, 40)}" is not supported. Use a label of the WHATWG encoding standard, such as utf-8, windows-1252, windows-1250 or shift_jis, or one of cp437, cp850, cp852 and cp858.`;

/** Returns the encoding that a content type declares, as in `text/csv; charset=windows-1250`.
 * @returns undefined if it declares no encoding; the member `encoding` is undefined if the declared encoding is not supported */
export function declaredEncoding(contentType: string): { label: string; encoding: Encoding | undefined } | undefined {
  const match = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(contentType.slice(0, 1000));
  const label = match?.[1] ?? match?.[2];
  return label === undefined || label === "" ? undefined : { label, encoding: encodingOf(label) };
}

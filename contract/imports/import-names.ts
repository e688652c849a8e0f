// URLs, states and encodings of imports. They are separate from the schemas in imports.ts because loading zod took a third of the
// start time of commands that only send a file and watch its import.

export const IMPORTS_URL = "/api/imports";
export const IMPORT_URL = "/api/imports/:id";
export const CANCEL_IMPORT_URL = "/api/imports/:id/cancel";
export const CONTINUE_IMPORT_URL = "/api/imports/:id/continue";
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

export const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Returns the encoding with this label, which is not case-sensitive (https://encoding.spec.whatwg.org/#names-and-labels):
 * `latin1` is `windows-1252`.
 * @returns undefined if the label is unknown or the encoding is not supported */
export function encodingOf(label: string): Encoding | undefined {
  try {
    const name = new TextDecoder(label).encoding;
    return ENCODINGS.find((encoding) => encoding === name);
  } catch {
    return undefined;
  }
}

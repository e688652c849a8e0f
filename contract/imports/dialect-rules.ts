// Limits of a dialect, and the rule that determines which delimiter, quote and escape can be used together. Does not import zod, because
// commands and the reader import this file.

export const MAX_DELIMITER_CHARACTERS = 8;
export const MAX_PREAMBLE_LINES = 10_000;

export interface DialectMarks {
  delimiter?: string | undefined;
  quote?: string | undefined;
  escape?: string | undefined;
}

/** The quote of RFC 4180. The detection always tries this quote. It tries another quote character only if the file contains that
 * character. */
export const DEFAULT_QUOTE = '"';

export interface MarkConflict {
  option: keyof DialectMarks;
  message: string;
}

/**
 * Checks that delimiter, quote and escape share no character. Each byte of a file then has one meaning, and reading takes linear time. The
 * one exception is an escape equal to the quote, which means a doubled quote. If no quote is given, `"` is used; if no escape is given, the
 * quote is used.
 * @returns undefined if the three can be used together
 */
export function findMarkConflict({ delimiter = "", quote, escape = "" }: DialectMarks): MarkConflict | undefined {
  if (delimiter === "") return undefined;
  if (quote === undefined && delimiter.includes(DEFAULT_QUOTE)) {
    return {
      option: "delimiter",
      message: `The delimiter ${JSON.stringify(delimiter)} contains the quote ". Choose another delimiter, or another quote.`,
    };
  }
  for (const [option, mark] of Object.entries({ quote: quote ?? DEFAULT_QUOTE, escape })) {
    if (mark === "" || !delimiter.includes(mark)) continue;
    return {
      option: option as "quote" | "escape",
      message: `The delimiter ${JSON.stringify(delimiter)} contains the ${option} ${mark}. Choose another ${option}, or another delimiter.`,
    };
  }
  return undefined;
}

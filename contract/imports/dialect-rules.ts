// Limits of a dialect, and which delimiter, quote and escape can be used together. Without zod, for commands and the reader.

export const MAX_DELIMITER_CHARACTERS = 8;
export const MAX_PREAMBLE_LINES = 10_000;

export interface DialectMarks {
  delimiter?: string | undefined;
  quote?: string | undefined;
  escape?: string | undefined;
}

/** The quote of RFC 4180. Detection always tries it, and other quotes only where the file contains them. */
export const DEFAULT_QUOTE = '"';

export interface MarkConflict {
  option: keyof DialectMarks;
  message: string;
}

/**
 * Delimiter, quote and escape must share no character: each byte of a file then has one meaning, and reading stays linear in the
 * file's size. The one exception is an escape equal to the quote, which means a doubled quote. A quote that is not given
 * counts as `"`, an escape that is not given as the quote.
 * @returns undefined when they can be used together
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

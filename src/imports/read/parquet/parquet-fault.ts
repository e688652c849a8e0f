// The problems that all parts of the Parquet reader throw for a damaged, hostile or unsupported file.
import { because } from "../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../contract/problems.ts";
import { cutText } from "../../../../contract/faults.ts";

/** @param fault a sentence that describes what is wrong with the file */
export const brokenParquet = (fault: string, cause?: unknown): Problem =>
  new Problem(
    "broken-file",
    `The Parquet file cannot be read. ${fault} Get the file again from the program that made it.`,
    { cause },
  );

/** @param fault a sentence that names the feature of the file that is not supported
 * @param advice a sentence with a way to write the file without this feature */
export const unsupportedParquet = (fault: string, advice: string): Problem =>
  new Problem("unsupported-file", `The Parquet file cannot be read. ${fault} ${advice}`, {
    extra: because("parquet-feature"),
  });

/** Returns the problem for an error of a decoder: it found bytes that do not fit together. Errors of the file system stay unchanged. */
export function parquetProblem(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  if (error.name === "AbortError" || (error as NodeJS.ErrnoException).syscall !== undefined) return error;
  // The messages of other errors, such as a read beyond the end of a buffer, do not help the user.
  const isReadable = error.constructor === Error && (error as NodeJS.ErrnoException).code === undefined;
  return brokenParquet(isReadable ? `It is damaged: ${cutText(error.message, 200)}.` : "It is damaged.", error);
}

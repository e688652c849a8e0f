// Reads the first lines of a text file, as the input of a test.
import { MAX_TEST_INPUT } from "../../../contract/profiles/profile-names.ts";

/** Number of lines: enough to show what a profile does, and few enough to review the products. */
const LINES = 20;

/** @param encoding the label of the file's encoding
 * @returns null if the file is not a text in this encoding, or the browser does not know the encoding */
export async function firstLines(file: Blob, encoding = "utf-8"): Promise<string | null> {
  const isWhole = file.size <= MAX_TEST_INPUT;
  const bytes = await file.slice(0, MAX_TEST_INPUT).arrayBuffer();
  try {
    // With `stream`, the decoder accepts an incomplete character at the end of the bytes.
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: !isWhole });
    if (text.includes("\0")) return null;
    const lines = text.split(/(?<=\n)/);
    const complete = isWhole ? lines : lines.slice(0, -1);
    return complete.slice(0, LINES).join("");
  } catch {
    return null;
  }
}

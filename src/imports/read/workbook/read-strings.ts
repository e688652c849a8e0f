// Reads the part with the shared strings of a workbook into a string store.
import { createXmlParser } from "./parse-xml.ts";
import type { StringStore } from "./string-store.ts";
import { unescapeText } from "./cells/unescape.ts";
import type { WorkBudget } from "./work-budget.ts";

/** Maximum number of characters of a string that are stored. A record with a longer string is rejected anyway. */
const MAX_LENGTH = 1_200_000;

/** Adds each shared string to the store. @throws Problem broken-workbook, unpacks-too-large */
export async function readStrings(
  part: string,
  chunks: AsyncIterable<Buffer>,
  store: StringStore,
  budget: WorkBudget,
  signal: AbortSignal | undefined,
): Promise<void> {
  let text: string | undefined;
  let collectsText = false;
  let inPhonetic = false;
  const parser = createXmlParser(
    part,
    {
      open(name) {
        if (name === "si") text = "";
        else if (name === "rPh") inPhonetic = true;
        else if (name === "t" && text !== undefined && !inPhonetic) collectsText = true;
      },
      close(name) {
        if (name === "t") collectsText = false;
        else if (name === "rPh") inPhonetic = false;
        else if (name === "si" && text !== undefined) {
          store.add(unescapeText(text));
          text = undefined;
        }
      },
      text(more) {
        if (collectsText && text !== undefined && text.length <= MAX_LENGTH) text += more;
      },
    },
    budget,
  );
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    const before = store.size();
    parser.write(chunk);
    budget.countStored(store.size() - before);
  }
  parser.end();
  store.seal();
}

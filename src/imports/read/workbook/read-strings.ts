// The part with the texts that cells share, into a store.
import { createXmlParser } from "./parse-xml.ts";
import type { StringStore } from "./string-store.ts";
import { unescapeText } from "./unescape.ts";
import type { WorkBudget } from "./work-budget.ts";

/** A record of more is rejected, so that more of a text need not be kept. */
const MAX_LENGTH = 1_200_000;

/** @throws Problem broken-workbook, unpacks-too-large */
export async function readStrings(
  part: string,
  pieces: AsyncIterable<Buffer>,
  store: StringStore,
  budget: WorkBudget,
  signal: AbortSignal | undefined,
): Promise<void> {
  let text: string | undefined;
  let takesText = false;
  let inReading = false;
  const parser = createXmlParser(
    part,
    {
      open(name) {
        if (name === "si") text = "";
        else if (name === "rPh") inReading = true;
        else if (name === "t" && text !== undefined && !inReading) takesText = true;
      },
      close(name) {
        if (name === "t") takesText = false;
        else if (name === "rPh") inReading = false;
        else if (name === "si" && text !== undefined) {
          store.add(unescapeText(text));
          text = undefined;
        }
      },
      text(more) {
        if (takesText && text !== undefined && text.length <= MAX_LENGTH) text += more;
      },
    },
    budget,
  );
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    const before = store.size();
    parser.write(piece);
    budget.kept(store.size() - before);
  }
  parser.end();
  store.seal();
}

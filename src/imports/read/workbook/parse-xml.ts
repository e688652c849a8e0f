// XML in pieces, as events; bounded: no name, tag, text or nesting grows without an end, and nothing in it can be declared.
import { SaxesParser } from "saxes";
import { brokenWorkbook, shown } from "./broken-workbook.ts";
import type { WorkBudget } from "./work-budget.ts";

export interface XmlHandler {
  /** Names come without their prefix. */
  open(name: string, attributes: Record<string, string>): void;
  close(name: string): void;
  text(text: string): void;
}

export interface XmlParser {
  write(piece: Buffer): void;
  end(): void;
}

/** Bytes without a tag that ends: the parser holds them. A cell has at most 32,767 characters, which take 330 kB as `_x000D_`. */
const MAX_SILENT_BYTES = 1 << 20;
/** The parser keeps names and attributes of all elements that are open. Sheets with all extensions nest ten deep. */
const MAX_DEPTH = 64;
/** The parser makes an object of each, and of all of a tag a table. Excel's longest tags have some forty. */
const MAX_ATTRIBUTES = 256;
/** Characters of all values of a tag; a hyperlink's address and hint have at most 2,335. */
const MAX_TAG_LENGTH = 65_536;

export function createXmlParser(part: string, handler: XmlHandler, budget: Pick<WorkBudget, "element">): XmlParser {
  // Each attribute and tag is an event of ours, so position is not needed, and costs a tenth.
  const parser = new SaxesParser<{ position: false; xmlns: false }>({ position: false, xmlns: false });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let silent = 0;
  let depth = 0;
  let attributesOfTag = 0;
  let tagLength = 0;
  const fault = (what: string, cause?: unknown): Error => brokenWorkbook(`Its part "${shown(part)}" ${what}.`, cause);
  parser.on("error", (error) => {
    throw fault(`is not valid XML (${shown(error.message)})`, error);
  });
  parser.on("doctype", () => {
    throw fault("has a document type, which no workbook has");
  });
  parser.on("attribute", ({ name, value }) => {
    tagLength += name.length + value.length;
    if (++attributesOfTag > MAX_ATTRIBUTES || tagLength > MAX_TAG_LENGTH)
      throw fault(
        `has a tag with more than ${MAX_ATTRIBUTES} attributes or ${MAX_TAG_LENGTH.toLocaleString("en")} characters`,
      );
  });
  parser.on("opentag", ({ name, attributes }) => {
    silent = attributesOfTag = tagLength = 0;
    budget.element();
    if (++depth > MAX_DEPTH) throw fault(`is nested more than ${MAX_DEPTH} deep`);
    if (name.length > MAX_TAG_LENGTH) throw fault(`has an element with a name of ${name.length} characters`);
    handler.open(localName(name), attributes);
  });
  parser.on("closetag", ({ name }) => {
    silent = 0;
    depth--;
    handler.close(localName(name));
  });
  parser.on("text", (text) => {
    handler.text(text);
  });
  parser.on("cdata", (text) => {
    handler.text(text);
  });
  const decode = (piece?: Buffer): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch (error) {
      throw fault("is not written in UTF-8", error);
    }
  };
  return {
    write(piece) {
      silent += piece.length;
      if (silent > MAX_SILENT_BYTES + piece.length)
        throw fault(`has more than ${MAX_SILENT_BYTES.toLocaleString("en")} bytes without an element`);
      parser.write(decode(piece));
    },
    end() {
      parser.write(decode());
      parser.close();
    },
  };
}

function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}

const NO_TEXT = (): void => undefined;

/** Every element of a part that opens, and that closes. */
export async function eachElement(
  part: string,
  pieces: AsyncIterable<Buffer>,
  budget: Pick<WorkBudget, "element">,
  open: XmlHandler["open"],
  close = (_: string): void => undefined,
): Promise<void> {
  const parser = createXmlParser(part, { open, close, text: NO_TEXT }, budget);
  let isEmpty = true;
  for await (const piece of pieces) {
    isEmpty = false;
    parser.write(piece);
  }
  if (!isEmpty) parser.end();
}

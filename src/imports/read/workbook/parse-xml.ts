// Parses XML as a stream of events. The lengths of names, tags and texts and the depth of nesting are bounded, and document types
// are refused, so that a hostile file can neither fill the memory nor expand entities.
import { SaxesParser } from "saxes";
import { brokenWorkbook, truncated } from "./broken-workbook.ts";
import type { WorkBudget } from "./work-budget.ts";

export interface XmlHandler {
  /** Called for each opening tag. `name` has no namespace prefix. */
  open(name: string, attributes: Record<string, string>): void;
  close(name: string): void;
  text(text: string): void;
}

export interface XmlParser {
  write(chunk: Buffer): void;
  end(): void;
}

/** Maximum number of bytes without the end of a tag, because the parser buffers them. A cell has at most 32,767 characters, which
 * take 230 kB as `_x000D_`. */
const MAX_BYTES_WITHOUT_TAG = 1 << 20;
/** Maximum depth of nesting, because the parser stores the names and attributes of all open elements. Sheets with all extensions
 * have a depth of ten. */
const MAX_DEPTH = 64;
/** Maximum number of attributes in a tag, because the parser creates an object for each. Excel's longest tags have about forty
 * attributes. */
const MAX_ATTRIBUTES = 256;
/** Maximum number of characters in all names and values of a tag. The address and hint of a hyperlink have at most 2,335. */
const MAX_TAG_LENGTH = 65_536;

export function createXmlParser(
  part: string,
  handler: XmlHandler,
  budget: Pick<WorkBudget, "countElement">,
): XmlParser {
  // Do not track positions in the XML, because that takes 10 % of the time. Error messages name the part of the workbook, but no position
  // in it.
  const parser = new SaxesParser<{ position: false; xmlns: false }>({ position: false, xmlns: false });
  let bytesWithoutTag = 0;
  let depth = 0;
  let attributesOfTag = 0;
  let tagLength = 0;
  const fault = (predicate: string, cause?: unknown): Error =>
    brokenWorkbook(`Its part "${truncated(part)}" ${predicate}.`, cause);
  parser.on("error", (error) => {
    throw fault(`is not valid XML (${truncated(error.message)})`, error);
  });
  parser.on("doctype", () => {
    throw fault("declares a document type, which is not allowed in a workbook");
  });
  parser.on("attribute", ({ name, value }) => {
    tagLength += name.length + value.length;
    if (++attributesOfTag > MAX_ATTRIBUTES || tagLength > MAX_TAG_LENGTH)
      throw fault(
        `has a tag with more than ${MAX_ATTRIBUTES} attributes or ${MAX_TAG_LENGTH.toLocaleString("en")} characters`,
      );
  });
  parser.on("opentag", ({ name, attributes }) => {
    bytesWithoutTag = attributesOfTag = tagLength = 0;
    budget.countElement();
    if (++depth > MAX_DEPTH) throw fault(`is nested more than ${MAX_DEPTH} levels deep`);
    if (name.length > MAX_TAG_LENGTH) throw fault(`has an element with a name of ${name.length} characters`);
    handler.open(localName(name), attributes);
  });
  parser.on("closetag", ({ name }) => {
    bytesWithoutTag = 0;
    depth--;
    handler.close(localName(name));
  });
  parser.on("text", (text) => {
    handler.text(text);
  });
  parser.on("cdata", (text) => {
    handler.text(text);
  });
  const decode = createDecoder((cause) => fault("is not encoded in UTF-8", cause));
  return {
    write(chunk) {
      bytesWithoutTag += chunk.length;
      if (bytesWithoutTag > MAX_BYTES_WITHOUT_TAG + chunk.length)
        throw fault(`has more than ${MAX_BYTES_WITHOUT_TAG.toLocaleString("en")} bytes without an element`);
      parser.write(decode(chunk));
    },
    end() {
      parser.write(decode());
      parser.close();
    },
  };
}

/** Returns a function that decodes UTF-8 in chunks. The caller calls this function without a chunk at the end of the text. */
function createDecoder(faultOf: (cause: unknown) => Error): (chunk?: Buffer) => string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return (chunk) => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (error) {
      throw faultOf(error);
    }
  };
}

function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}

const IGNORE = (): void => undefined;

/** Calls `open` and `close` for each element of a part, or not at all if the part is missing or empty. */
export async function eachElement(
  part: string,
  chunks: AsyncIterable<Buffer>,
  budget: Pick<WorkBudget, "countElement">,
  open: XmlHandler["open"],
  close: XmlHandler["close"] = IGNORE,
): Promise<void> {
  const parser = createXmlParser(part, { open, close, text: IGNORE }, budget);
  let isEmpty = true;
  for await (const chunk of chunks) {
    isEmpty = false;
    parser.write(chunk);
  }
  if (!isEmpty) parser.end();
}

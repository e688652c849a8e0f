// XML in pieces, as events; bounded: no piece of it grows without an end, and nothing in it can be declared.
import { SaxesParser } from "saxes";
import { brokenWorkbook } from "./open-package.ts";

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

/** Bytes without a tag or a text that ends: the parser holds them. A cell has at most 32,767 characters. */
const MAX_SILENT_BYTES = 8 << 20;
const MAX_DEPTH = 256;

export function createXmlParser(part: string, handler: XmlHandler): XmlParser {
  // Each attribute and tag is an event of ours, so position is not needed, and costs a tenth.
  const parser = new SaxesParser<{ position: false; xmlns: false }>({ position: false, xmlns: false });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let silent = 0;
  let depth = 0;
  const fault = (what: string, cause?: unknown): Error => brokenWorkbook(`Its part "${part}" ${what}.`, cause);
  parser.on("error", (error) => {
    throw fault(`is no proper XML (${error.message})`, error);
  });
  parser.on("doctype", () => {
    throw fault("has a document type, which no workbook has");
  });
  parser.on("opentag", ({ name, attributes }) => {
    silent = 0;
    if (++depth > MAX_DEPTH) throw fault(`is nested more than ${MAX_DEPTH} deep`);
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
      if (silent > MAX_SILENT_BYTES + piece.length) throw fault("holds a text of many megabytes");
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

/** A small part, whole: every element that opens. */
export function eachElement(
  part: string,
  xml: Buffer,
  open: XmlHandler["open"],
  close = (_: string): void => undefined,
): void {
  if (xml.length === 0) return;
  const parser = createXmlParser(part, { open, close, text: NO_TEXT });
  parser.write(xml);
  parser.end();
}

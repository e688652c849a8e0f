// Finds the content type of the file in a form. Busboy reports the content type without its parameters, but the parameter `charset` names
// the encoding of the file.
import { Dicer } from "@fastify/busboy";
import type { IncomingHttpHeaders } from "node:http";

/**
 * Size of the buffer for a part of the form, in bytes. The buffer is large enough that the parser never pauses. The buffer stays nearly
 * empty, because a form has few bytes before its file.
 */
const PART_BUFFER = 1 << 30;
const FILE_PART = /;\s*name=(?:"file"|file(?:;|\s|$))/i;

export interface FilePartType {
  /** Passes on the bytes of the form, and inspects them up to the part headers of the file. */
  inspect(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined>;
  /** The content type of the file with its parameters, known when the file begins; empty if the form contains none. */
  readonly content_type: string;
}

export function findFilePartType({ "content-type": type = "" }: IncomingHttpHeaders): FilePartType {
  let found: string | undefined;
  const parser = createParser(type, (contentType) => (found = contentType));
  return {
    async *inspect(bytes) {
      for await (const chunk of bytes) {
        if (found === undefined) parser?.write(chunk);
        yield chunk;
      }
    },
    get content_type() {
      return found ?? "";
    },
  };
}

/** @returns undefined if the boundary of the parts is missing, so that the form cannot be read */
function createParser(type: string, onFile: (contentType: string) => void): Dicer | undefined {
  const match = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(type.slice(0, 1000));
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) return undefined;
  const parser = new Dicer({ boundary, partHwm: PART_BUFFER } as Dicer.Config);
  // Ignore errors here, because Busboy parses the same form and reports them.
  parser.on("error", () => undefined);
  parser.on("part", (part) => {
    part.on("error", () => undefined);
    part.on("header", (header: Record<string, string[] | undefined>) => {
      if (FILE_PART.test(header["content-disposition"]?.[0] ?? "")) onFile(header["content-type"]?.[0] ?? "");
    });
    part.resume();
  });
  return parser;
}

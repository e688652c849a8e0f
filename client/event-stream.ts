// Reads a body of server-sent events: bytes in any pieces -> events. The rules are
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
import { UnreachableError } from "./answer.ts";

export interface StreamEvent {
  type: string;
  data: string;
  /** The last id seen, which outlives the event that brought it. */
  id: string;
}

/** Characters of a line, and of an event's data. An event of ours is below 100 kB; what never ends must not fill the memory. */
export const MAX_EVENT_CHARACTERS = 4_000_000;

/** Gives each complete event; a last one without its blank line is dropped, as the standard says. Throws a
 * NoAnswer at a line or an event that is too long. */
export async function* readEvents(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  let type = "";
  let data: string[] = [];
  let characters = 0;
  let id = "";
  for await (const line of readLines(pieces)) {
    if (line === "") {
      if (data.length > 0) yield { type: type === "" ? "message" : type, data: data.join("\n"), id };
      type = "";
      data = [];
      characters = 0;
      continue;
    }
    const colon = line.indexOf(":");
    if (colon === 0) continue; // a comment, the server's heartbeat
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") type = value;
    else if (field === "data") {
      characters += value.length + 1;
      if (characters > MAX_EVENT_CHARACTERS) throw tooLong();
      data.push(value);
    }
    if (field === "id" && !value.includes("\0")) id = value;
  }
}

const tooLong = (): UnreachableError =>
  new UnreachableError("The server sends an event without end; is it Skuport that listens there?");

/** Lines end at LF, CR or CRLF; a CRLF may be torn between two pieces. */
async function* readLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder(); // takes a leading byte order mark away by itself
  let rest = "";
  let afterCr = false;
  for await (const piece of pieces) {
    let text = decoder.decode(piece, { stream: true });
    if (text === "") continue;
    if (afterCr && text.startsWith("\n")) text = text.slice(1);
    afterCr = text === "" ? false : text.endsWith("\r");
    const lines = (rest + text).split(/\r\n|\r|\n/);
    rest = lines.pop() ?? "";
    if (rest.length > MAX_EVENT_CHARACTERS) throw tooLong();
    yield* lines;
  }
}

// Parses server-sent events from chunks of bytes, following
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
import { UnreachableError } from "../answer.ts";

export interface StreamEvent {
  type: string;
  data: string;
  /** Id of this event. If this event has no id: the last id that an earlier event had. */
  id: string;
}

/** Maximum length in characters, both of a line and of an event's data: an endless event must not fill the memory. Skuport's
 * events are smaller than 100 kB. */
export const MAX_EVENT_CHARACTERS = 4_000_000;

/** Yields each complete event. Drops an incomplete event at the end of the stream, as the standard requires. Throws an
 * UnreachableError if a line or event is too long. */
export async function* readEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  let type = "";
  let data: string[] = [];
  let characters = 0;
  let id = "";
  for await (const line of readLines(chunks)) {
    if (line === "") {
      if (data.length > 0) yield { type: type === "" ? "message" : type, data: data.join("\n"), id };
      type = "";
      data = [];
      characters = 0;
      continue;
    }
    const colon = line.indexOf(":");
    if (colon === 0) continue; // the line is a comment, which the server sends as a heartbeat
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
  new UnreachableError("The server sends an endless event. Check that Skuport is running at this address.");

/** Lines end at LF, CR or CRLF; a CRLF may be split between two chunks. */
async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder(); // removes a leading byte order mark
  let rest = "";
  let afterCr = false;
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk, { stream: true });
    if (text === "") continue;
    if (afterCr && text.startsWith("\n")) text = text.slice(1);
    afterCr = text === "" ? false : text.endsWith("\r");
    const lines = (rest + text).split(/\r\n|\r|\n/);
    rest = lines.pop() ?? "";
    if (rest.length > MAX_EVENT_CHARACTERS) throw tooLong();
    yield* lines;
  }
}

// What a command writes to a terminal cannot steer it: control characters that came from a file, a server or a receiver are
// shown as `\u001b`, the way JSON writes them. All output passes here, so no single print has to think of it. Files and pipes
// get the bytes unchanged.
import { StringDecoder } from "node:string_decoder";

/** C0 without tab and line ends, DEL, C1, and the characters that reorder text: https://trojansource.codes. */
const CONTROLS = /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** An escaped backslash, an escape of a control character, or such a character itself. */
const JSON_CONTROLS = /\\\\|\\[bfr]|\\u00[01789][0-9a-f]|[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gi;

export const printable = (text: string): string => text.replace(CONTROLS, escape);

/** The same for a line of JSON that will be decoded for a terminal: its escapes of control characters become text. Line ends and
 * tabs stay, they are layout. */
export const escapeJsonControls = (line: string): string =>
  line.replace(JSON_CONTROLS, (found) => {
    if (found.startsWith("\\\\")) return found;
    return `\\${found.startsWith("\\") ? found : escape(found)}`;
  });

/** For text that must stay within its line, such as a file's name or a column's. */
export const oneLine = (text: string): string => printable(text).replace(/[\t\r\n\u2028\u2029]/g, escape);

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

type Write = (text: string, done?: (error?: Error | null) => void) => boolean;

const rawWrites = new WeakMap<NodeJS.WritableStream, Write>();

/** Makes the stream's `write` escape control characters from now on, if it is a terminal. */
export function guardTerminal(stream: NodeJS.WriteStream): void {
  if (!stream.isTTY || rawWrites.has(stream)) return;
  const write = stream.write.bind(stream) as Write;
  rawWrites.set(stream, write);
  const decoder = new StringDecoder("utf8");
  stream.write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    done?: (error?: Error | null) => void,
  ): boolean => {
    const text = typeof chunk === "string" ? chunk : decoder.write(Buffer.from(chunk));
    return write(printable(text), typeof encoding === "function" ? encoding : done);
  };
}

/** Replaces the terminal's current line by `text`; the only way to write an escape sequence. */
export function redrawLine(stream: NodeJS.WritableStream, text: string): void {
  const write = rawWrites.get(stream) ?? stream.write.bind(stream);
  write(`\r\u001b[2K${oneLine(text)}`);
}

// Protects the terminal: control characters from a file, a server or a receiver are shown as in JSON (`\u001b`) and are not executed
// by the terminal. All output of a command passes through here. Files and pipes get the unmodified bytes.
import { StringDecoder } from "node:string_decoder";

/** The control characters: C0 without tab and line ends, DEL, C1, and the characters that change the direction of text
 * (https://trojansource.codes). */
const CONTROLS = /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** An escaped backslash, the escape of a control character, or a control character itself. */
const JSON_CONTROLS = /\\\\|\\[bfr]|\\u00[01789][0-9a-f]|[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gi;

export const printable = (text: string): string => text.replace(CONTROLS, escape);

/** Turns the escapes of control characters in a line of JSON into visible text, because the line will be decoded and shown on a terminal.
 * The escapes of line ends and tabs stay, because these are layout. */
export const escapeJsonControls = (line: string): string =>
  line.replace(JSON_CONTROLS, (found) => {
    if (found.startsWith("\\\\")) return found;
    return `\\${found.startsWith("\\") ? found : escape(found)}`;
  });

/** Makes text printable on one line, such as the name of a file or a column. */
export const oneLine = (text: string): string => printable(text).replace(/[\t\r\n\u2028\u2029]/g, escape);

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

type Write = (text: string, done?: (error?: Error | null) => void) => boolean;

const rawWrites = new WeakMap<NodeJS.WritableStream, Write>();

/** Changes `write` of a stream that is a terminal, so that it escapes control characters. */
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

/** Replaces the terminal's current line with `text`. This is the only code that writes escape sequences. */
export function redrawLine(stream: NodeJS.WritableStream, text: string): void {
  const write = rawWrites.get(stream) ?? stream.write.bind(stream);
  write(`\r\u001b[2K${oneLine(text)}`);
}

import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { escapeJsonControls, guardTerminal, oneLine, printable, redrawLine } from "./terminal.ts";

test.each([
  ["a title", "\u001b]0;owned\u0007", "\\u001b]0;owned\\u0007"],
  ["a colour", "\u001b[31mred", "\\u001b[31mred"],
  ["C1 controls, which some terminals obey", "\u009b31m\u0085", "\\u009b31m\\u0085"],
  ["DEL and NUL", "\u007f\u0000", "\\u007f\\u0000"],
  ["a line that overwrites itself", "safe\revil", "safe\\u000devil"],
  ["backspaces", "evil\b\b\b\bsafe", "evil\\u0008\\u0008\\u0008\\u0008safe"],
  ["overrides of the writing direction", "\u202eabc\u2066d\u2069", "\\u202eabc\\u2066d\\u2069"],
])("%s is shown, not obeyed", (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("text in any language, tabs and line ends are not escaped", () => {
  const text = "sku\tnäme\r\nשלום 🎉\u200f\n";
  expect(printable(text)).toBe(text);
});

test("oneLine escapes tabs and line ends, so that a name stays on one line", () => {
  expect(oneLine("a\nb\tc\r\nd")).toBe("a\\u000ab\\u0009c\\u000d\\u000ad");
});

function fakeStream(isTTY: boolean): NodeJS.WriteStream & { text: () => string } {
  let written = "";
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      written += chunk.toString();
      done();
    },
  });
  return Object.assign(stream, { isTTY, text: () => written }) as unknown as NodeJS.WriteStream & {
    text: () => string;
  };
}

test("a terminal gets escaped text, whichever way it is written", async () => {
  const stream = fakeStream(true);
  guardTerminal(stream);
  guardTerminal(stream);
  await new Promise((resolve) => stream.write("\u001b1", resolve));
  await new Promise((resolve) => stream.write("\u001b2", "utf8", resolve));
  // A character whose bytes come in two pieces, and a C1 control as two bytes of UTF-8
  const bytes = Buffer.from("é\u009b3");
  stream.write(bytes.subarray(0, 1));
  stream.write(bytes.subarray(1));
  expect(stream.text()).toBe("\\u001b1\\u001b2é\\u009b3");
});

test("redrawing a line writes one escape sequence, and the text of the line is escaped", () => {
  const stream = fakeStream(true);
  guardTerminal(stream);
  redrawLine(stream, "half\u001b[31m\ndone");
  expect(stream.text()).toBe("\r\u001b[2Khalf\\u001b[31m\\u000adone");
});

test("files and pipes get the unmodified output", () => {
  const stream = fakeStream(false);
  guardTerminal(stream);
  stream.write("\u001b[31m");
  expect(stream.text()).toBe("\u001b[31m");
});

test("control characters in a log line are escaped once more, so that decoding the line shows the escapes", () => {
  const fields = { file: "\u001b]0;x\u0007\b\f\r\u009b\u202e", path: "C:\\u001b\\n\\r", text: "two\nlines\ttab", n: 7 };
  const decoded = JSON.parse(escapeJsonControls(JSON.stringify(fields))) as typeof fields;
  expect(decoded).toEqual({
    file: "\\u001b]0;x\\u0007\\b\\f\\r\\u009b\\u202e",
    path: "C:\\u001b\\n\\r",
    text: "two\nlines\ttab",
    n: 7,
  });
});

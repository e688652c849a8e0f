// The reader of XML: it agrees with another parser on random documents, and hostile documents cost little time and memory.
import fc from "fast-check";
import { SaxesParser } from "saxes";
import { expect, test } from "vitest";
import { XmlReader } from "./xml-reader.ts";
import { runs } from "../../../../tests/support/random-runs.ts";

type Event = [kind: "open" | "close" | "text", value: string, ...attributes: string[]];

/** Reads the document in chunks of `size` characters. */
function read(document: string, size = document.length + 1): Event[] {
  const events: Event[] = [];
  const reader = new XmlReader({
    open: (name, attributes = []) => events.push(["open", name, ...attributes]),
    text: (text) => addText(events, text),
    close: (name) => events.push(["close", name]),
  });
  for (let at = 0; at < document.length; at += size) reader.write(document.slice(at, at + size));
  reader.end();
  return events;
}

/** Joins the parts of a text, because each reader divides texts differently. */
function addText(events: Event[], text: string): void {
  const last = events.at(-1);
  if (last?.[0] === "text") last[1] += text;
  else if (text !== "") events.push(["text", text]);
}

function readWithSaxes(document: string): Event[] {
  const events: Event[] = [];
  let depth = 0;
  const local = (name: string): string => name.slice(name.indexOf(":") + 1);
  const parser = new SaxesParser({ xmlns: false });
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    depth++;
    events.push(["open", local(name), ...Object.entries(attributes).flatMap(([key, value]) => [local(key), value])]);
  });
  parser.on("closetag", ({ name }) => {
    depth--;
    events.push(["close", local(name)]);
  });
  parser.on("text", (text) => {
    if (depth > 0) addText(events, text);
  });
  parser.on("cdata", (text) => {
    addText(events, text);
  });
  parser.write(document).close();
  return events;
}

const name = fc.constantFrom("a", "item", "g:id", "Товар", "b-c", "x.y", "n1");
const space = fc.constantFrom("", " ", "\n", "\t", "\r\n");
const characters = fc
  .array(
    fc.constantFrom(
      "a",
      "é",
      "漢",
      "😀",
      " ",
      "\n",
      "\r\n",
      "\r",
      '"',
      "'",
      "]]",
      "/",
      "=",
      "]",
      "-->",
      "&amp;",
      "&lt;",
      "&gt;",
      "&quot;",
      "&apos;",
      "&#65;",
      "&#x1F600;",
      "&amp;lt;",
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join("").replaceAll("]]>", "]] >"));
const value = fc.oneof(
  characters.map((text) => `"${text.replaceAll('"', "&quot;")}"`),
  characters.map((text) => `'${text.replaceAll("'", "&apos;")}'`),
);
const attributes = fc
  .uniqueArray(fc.tuple(fc.constantFrom("id", "lang", "g:unit", "ключ"), value, space), {
    selector: ([key]) => key,
    maxLength: 3,
  })
  .map((list) => list.map(([key, text, blank]) => ` ${blank}${key}${blank}=${blank}${text}`).join(""));
const ignorable = fc.oneof(
  fc.string({ maxLength: 8, unit: fc.constantFrom("a", ">", "<", "&", "'", '"', " ") }).map((text) => `<!--${text}-->`),
  fc.constantFrom("<?pi some > data?>", "<?php echo '<a>' ?>"),
);
const marked = fc
  .array(fc.constantFrom("a", "<b>", "</a>", "&amp;", "]]", ">", " ", "\n", "\r\n", "\r", "<!--"), { maxLength: 6 })
  .map((parts) => `<![CDATA[${parts.join("").replaceAll("]]>", "]] >")}]]>`);
const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  element: fc.oneof(
    { maxDepth: 4 },
    fc.tuple(name, attributes, space).map(([tag, list, blank]) => `<${tag}${list}${blank}/>`),
    fc
      .tuple(name, attributes, space, fc.array(tie("content"), { maxLength: 4 }))
      .map(([tag, list, blank, content]) => `<${tag}${list}${blank}>${content.join("")}</${tag}${blank}>`),
  ),
  content: fc.oneof(characters, marked, ignorable, tie("element")),
}));
const prolog = fc.constantFrom(
  "",
  '<?xml version="1.0" encoding="UTF-8"?>\n',
  '<!DOCTYPE a SYSTEM "a.dtd">\n',
  `<!DOCTYPE a [<!ENTITY x "y>"><!-- ' > ]> --><!ELEMENT a ANY><?pi ]>?>]>\n`,
);
const document = fc
  .tuple(prolog, fc.array(ignorable, { maxLength: 2 }), element)
  .map(([start, ignored, root]) => start + ignored.join("\n") + root);

test("the reader agrees with saxes on random documents, in chunks of any size", () => {
  fc.assert(
    fc.property(document, fc.integer({ min: 1, max: 40 }), (text, size) => {
      expect(read(text, size)).toEqual(readWithSaxes(text));
    }),
    { numRuns: runs(10_000) },
  );
});

test("a document that is cut anywhere is never read as a complete one", () => {
  fc.assert(
    fc.property(element, fc.double({ min: 0, max: 0.999, noNaN: true }), (text, share) => {
      const cut = text.slice(0, Math.floor(text.length * share));
      expect(() => read(cut)).toThrow("not valid XML");
    }),
    { numRuns: runs(300) },
  );
});

test.each([
  ["a tag that is not closed", "<a><b></a>", "line 1, the element <b> is closed by </a>"],
  ["text after the root", "<a/>\nx", "line 1, there is text outside the root element"],
  ["a second root", "<a/>\n<b/>", "line 2, there is an element after the root element"],
  [
    "an attribute without quotes",
    "<a>\n<b c=1/></a>",
    'line 2, the value of the attribute "c" of <b> is not in quotes',
  ],
  ["a bare less-than sign", "<a>1 < 2</a>", 'there is a "<" that begins no tag'],
  ["a file that ends", "<a>\n<b>\n", "the element <b> is not closed; the file may be incomplete"],
  ["a file that ends within a tag", "<a><b c='", "the element <a> is not closed"],
  ["a file that ends within a comment", "<a/><!-- ", "ends within a tag or a comment"],
  ["deep nesting", "<a>".repeat(65), "nested more than 64 levels deep"],
])("%s is a fault", (_, text, message) => {
  expect(() => read(text, 3)).toThrow(message);
});

test("an entity of a document type is neither expanded nor fetched", () => {
  const bomb = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join("");
  const text = `<!DOCTYPE a SYSTEM "file:///etc/passwd" [<!ENTITY l0 "lol">${bomb}<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&l9;&f;&nbsp;&</a>`;
  expect(read(text)).toEqual([
    ["open", "a"],
    ["text", "&l9;&f;\u00a0&"],
    ["close", "a"],
  ]);
});

test("characters that XML does not allow, and references to them, become U+FFFF", () => {
  expect(read("<a>&#0;&#xD800;&#x110000;\u0001&#65;</a>")[1]).toEqual(["text", "\uffff\uffff\uffff\uffffA"]);
});

test("comments, sections, texts and tags without an end take a bounded amount of memory", () => {
  for (const start of ["<a><!--", "<a><![CDATA[", "<a>", "<a>&", "<?", "<!DOCTYPE a ["]) {
    let held = 0;
    const reader = new XmlReader({
      open: () => undefined,
      text: (text) => (held = Math.max(held, text.length)),
      close: () => undefined,
    });
    reader.write(start);
    for (let i = 0; i < 200; i++) reader.write("&x ] ".repeat(10_000));
    expect(held).toBeLessThanOrEqual(60_000);
  }
  const reader = new XmlReader({ open: () => undefined, text: () => undefined, close: () => undefined });
  reader.write("<a b='");
  expect(() => {
    for (let i = 0; i < 100; i++) reader.write("x".repeat(50_000));
  }).toThrow("a tag has more than 1,048,576 characters");
});

// Hostile XML and JSON files, each with its expected result.
import type { HostileFile } from "./hostile-files.ts";

const MEGABYTE = 1 << 20;
const many = (count: number, make: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join("");
const ITEMS = "<i><sku>A</sku><name>Lamp</name></i><i><sku>B</sku><name>Desk</name></i>";
const shop = (items: string, prolog = ""): string => `${prolog}<shop>${items}</shop>`;

const BOMB = `<!DOCTYPE shop SYSTEM "http://127.0.0.1:1/x.dtd" [<!ENTITY l0 "lol">${many(
  9,
  (i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`,
)}<!ENTITY f SYSTEM "file:///etc/passwd">]>`;

const file = (name: string, make: () => string, expected: Omit<HostileFile, "name" | "make">): HostileFile => ({
  name,
  make: () => Buffer.from(make()),
  ...expected,
});
const BROKEN = { state: "failed", slug: "broken-file", preview: "broken-file" } as const;
const NO_RECORDS = { state: "failed", slug: "unsupported-file", preview: "unsupported-file" } as const;
const WIDE = { state: "failed", slug: "bad-header", preview: "bad-header" } as const;

export const HOSTILE_TREES: readonly HostileFile[] = [
  file("entity-bomb.xml", () => shop(`<i><sku>A</sku><name>&l9;&f;</name></i>${ITEMS}`, BOMB), { state: "done" }),
  file("deep.xml", () => shop("<a>".repeat(300_000)), BROKEN),
  file("cdata-flood.xml", () => shop(`<i><sku>A</sku><name>x</name>${"<![CDATA[x]]>".repeat(100_000)}</i>${ITEMS}`), {
    state: "done",
  }),
  file("empty-elements.xml", () => shop(`<i>${"<a/>".repeat(400_000)}</i>${ITEMS}`), { state: "done" }),
  file("ampersands.xml", () => shop(`<i><sku>A</sku><name>Lamp</name><t>${"&".repeat(900_000)}</t></i>${ITEMS}`), {
    state: "done",
  }),
  file("blanks.xml", () => shop(`<i><sku>A</sku><name>Lamp</name><t>x${" ".repeat(900_000)}y</t></i>${ITEMS}`), {
    state: "done",
  }),
  file("many-names.xml", () => shop(many(60_000, (i) => `<i><n${i}>1</n${i}></i>`)), WIDE),
  file(
    "many-attributes.xml",
    () => `<?xml version="1.0"?>${shop(`<i ${many(100_000, (i) => `a${i}="1" `)}/>`)}`,
    BROKEN,
  ),
  file("long-comment.xml", () => shop(`<!--${"<i>".repeat(500_000)}`), { ...BROKEN, preview: "rows" }),
  file("deep.json", () => `[${'{"a":'.repeat(300_000)}`, BROKEN),
  file("brackets.json", () => "[".repeat(MEGABYTE), BROKEN),
  file("nan.json", () => '[{"sku":"A","name":"Lamp","price":NaN}]', BROKEN),
  file("huge-number.json", () => `[{"sku":"A","name":"Lamp","n":1${"0".repeat(900_000)}}]`, { state: "done" }),
  file("repeated-names.json", () => `[{"sku":"A",${'"name":"x",'.repeat(50_000)}"name":"Lamp"}]`, { state: "done" }),
  file("escapes.json", () => `[{"sku":"A","name":"Lamp","t":"${"\\\\".repeat(400_000)}"}]`, { state: "done" }),
  file("numbers.json", () => `[${"1,".repeat(900_000)}1]`, { ...NO_RECORDS, preview: "rows" }),
  file("keyed.json", () => `{"products":{${many(50_000, (i) => `"A-${i}":{"name":"x"},`)}"A":{"name":"Lamp"}}}`, {
    state: "done",
  }),
  file("many-names.jsonl", () => many(60_000, (i) => `{"n${i}":1}\n`), WIDE),
];

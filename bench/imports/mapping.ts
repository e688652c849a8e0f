// cspell:words Artikel Bezeichnung ausverkauft Preis msrp Farbe grün Kategorie Nord Größe
// Compares an import that only copies columns with an import of the same file whose mapping has ten steps.
import type { Mapping } from "../../contract/mapping/mapping.ts";
import { makeFile, type FileParts } from "./make-file.ts";
import { measureImports, seconds } from "./measure-imports.ts";

const COPIES: Mapping = { key: "Artikel", name: "Bezeichnung", description: "Beschreibung" };

/** A mapping with ten values that have steps: the key, the field `active` and eight attributes. */
const TEN_STEPS: Mapping = {
  key: { from: ["Lieferant", "Artikel"], join: ":", need: "all" },
  name: "Bezeichnung",
  description: "Beschreibung",
  active: { from: "Status", map: { lieferbar: "yes", ausverkauft: "no" }, else: "reject" },
  attributes: {
    "price-EUR": { from: "Preis", number: "1.234,56" },
    "msrp-EUR": { from: "UVP", number: "1.234,56" },
    colour: { from: "Farbe", map: { rot: "red", blau: "blue", grün: "green" }, else: "keep" },
    stock: { from: "Lager", suffix: " pcs" },
    categories: { from: "Kategorie", split: ">" },
    date: { from: "Datum", date: "31.12.2026" },
    ean: { from: "EAN", trim: true },
    supplier: { from: "Lieferant", case: "upper" },
  },
};

const MAPPINGS = { copies: COPIES, "ten steps": TEN_STEPS };
type Name = keyof typeof MAPPINGS;

/** Returns a section of bench/RESULTS.md. */
export async function measureMapping(rows: number, rounds: number): Promise<string> {
  const path = await makeFile(rows, "supplier.csv", SUPPLIER);
  const { best, peak } = await measureImports(async ({ empty, run }) => {
    for (let round = 0; round < rounds; round++) {
      const names: Name[] = round % 2 === 0 ? ["copies", "ten steps"] : ["ten steps", "copies"];
      for (const name of names) {
        await empty();
        for (const outcome of OUTCOMES)
          await run(`${name} ${outcome}`, { path, mapping: MAPPINGS[name] }, (state) => state[outcome] === rows);
      }
    }
  });
  const lines = OUTCOMES.map((outcome) => {
    const [copies, steps] = [`copies ${outcome}`, `ten steps ${outcome}`];
    const ratio = (best(steps) / best(copies)).toFixed(2);
    return `| ${outcome} | ${seconds(best(copies))} | ${seconds(best(steps))} | ${ratio} | ${peak(copies)} MB | ${peak(steps)} MB |\n`;
  });
  return (
    `${rows.toLocaleString("en")} rows of 12 columns, best of ${rounds}; largest peak memory of the worker\n\n` +
    `| rows | copies | ten steps | ratio | worker, copies | worker, ten steps |\n| --- | --- | --- | --- | --- | --- |\n${lines.join("")}`
  );
}

const OUTCOMES = ["created", "unchanged"] as const;

/** A file as suppliers send it: decimal commas, currency signs, words instead of codes. */
const SUPPLIER: FileParts = {
  head: "Lieferant;Artikel;Bezeichnung;Beschreibung;Preis;UVP;Farbe;Lager;Kategorie;Datum;Status;EAN\n",
  record(row, { below, pick, words }) {
    const two = (limit: number): string => String(below(limit)).padStart(2, "0");
    const price = (): string => `${below(3) === 0 ? `${1 + below(9)}.` : ""}${100 + below(900)},${two(100)}`;
    const cells = [
      pick(["ACME", "Nord AG", "Süd"]),
      `${words(1)}-${row.toString(36)}`,
      `${words(2)} Größe ${below(50)}`,
      words(12),
      price(),
      `${price()} €`,
      pick(["rot", "blau", "grün"]),
      String(below(1000)),
      words(3).replaceAll(" ", " > "),
      `${1 + below(28)}.${1 + below(12)}.2026`,
      pick(["lieferbar", "ausverkauft"]),
      `40063813${two(100)}${two(100)}${below(10)}`,
    ];
    return `${cells.join(";")}\n`;
  },
};

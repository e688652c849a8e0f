// cspell:words Artikel Bezeichnung ausverkauft Preis msrp Farbe grün Kategorie Nord Größe
// Compares an import that only copies columns with an import of the same file whose mapping has ten steps.
import { createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { uploadPath } from "../client/upload.ts";
import { watchImport } from "../client/watch.ts";
import type { ListedImport } from "../contract/imports/imports.ts";
import type { Mapping } from "../contract/mapping/mapping.ts";
import { connectClient } from "../src/db/connection/connect.ts";
import { emptyCatalogue, settle } from "./catalogue.ts";
import { startServer } from "./server.ts";

const FILES_DIR = join(import.meta.dirname, ".data");

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
  const path = await makeFile(rows);
  const server = await startServer();
  const db = await connectClient(server.address, { application_name: "skuport bench" });
  const times = new Map<string, number[]>();
  /** Peak memory of the worker in MB, by the label of the import. */
  const peaks = new Map<string, number>();
  const importAs = async (name: Name, expected: "created" | "unchanged"): Promise<void> => {
    await settle(db);
    // Only Linux can reset the peak memory of a process.
    await server.forgetPeak().catch(() => undefined);
    const started = performance.now();
    const options = { mapping: JSON.stringify(MAPPINGS[name]) };
    let state: ListedImport = await uploadPath(path, { base_url: server.url, options });
    for await (const next of watchImport(state.id, { base_url: server.url })) state = next;
    const ms = performance.now() - started;
    if (state.state !== "done" || state[expected] !== rows) throw new Error(`Unexpected: ${JSON.stringify(state)}`);
    const label = `${name} ${expected}`;
    times.set(label, [...(times.get(label) ?? []), ms]);
    const { worker_mb } = await server.peakMemory();
    peaks.set(label, Math.max(peaks.get(label) ?? 0, worker_mb));
    process.stderr.write(`  ${rows} rows, ${label}: ${Math.round(ms)} ms, worker ${worker_mb} MB\n`);
  };
  try {
    for (let round = 0; round < rounds; round++) {
      const names: Name[] = round % 2 === 0 ? ["copies", "ten steps"] : ["ten steps", "copies"];
      for (const name of names) {
        await emptyCatalogue(db);
        await importAs(name, "created");
        await importAs(name, "unchanged");
      }
    }
    return sectionOf({ times, peaks }, rows, rounds);
  } finally {
    await db.end();
    await server.stop();
  }
}

interface Measured {
  times: ReadonlyMap<string, number[]>;
  peaks: ReadonlyMap<string, number>;
}

function sectionOf({ times, peaks }: Measured, rows: number, rounds: number): string {
  const best = (label: string): number => Math.min(...(times.get(label) ?? []));
  const lines = (["created", "unchanged"] as const).map((outcome) => {
    const [copies, steps] = [`copies ${outcome}`, `ten steps ${outcome}`];
    const cells = [copies, steps].map((label) => `${(best(label) / 1000).toFixed(2)} s`);
    const memory = [copies, steps].map((label) => `${peaks.get(label) ?? 0} MB`);
    return `| ${outcome} | ${cells.join(" | ")} | ${(best(steps) / best(copies)).toFixed(2)} | ${memory.join(" | ")} |\n`;
  });
  return (
    `${rows.toLocaleString("en")} rows of 12 columns, best of ${rounds}; largest peak memory of the worker\n\n` +
    `| rows | copies | ten steps | ratio | worker, copies | worker, ten steps |\n| --- | --- | --- | --- | --- | --- |\n${lines.join("")}`
  );
}

const WORDS =
  "art community floor lay raise best end page song every glass modern market shoulder number water bank".split(" ");

/** A file as suppliers send it: decimal commas, currency signs, words instead of codes. Files with the same number of rows are
 * identical. */
async function makeFile(rows: number): Promise<string> {
  await mkdir(FILES_DIR, { recursive: true });
  const path = join(FILES_DIR, `${rows}-supplier.csv`);
  if ((await stat(path).catch(() => undefined)) !== undefined) return path;
  let state = rows;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
  const pick = (texts: readonly string[]): string => texts[random(texts.length)] as string;
  const words = (count: number): string => Array.from({ length: count }, () => pick(WORDS)).join(" ");
  const two = (below: number): string => String(random(below)).padStart(2, "0");
  const price = (): string => `${random(3) === 0 ? `${1 + random(9)}.` : ""}${100 + random(900)},${two(100)}`;
  const out = createWriteStream(path);
  let text = "Lieferant;Artikel;Bezeichnung;Beschreibung;Preis;UVP;Farbe;Lager;Kategorie;Datum;Status;EAN\n";
  for (let row = 0; row < rows; row++) {
    const cells = [
      pick(["ACME", "Nord AG", "Süd"]),
      `${pick(WORDS)}-${row.toString(36)}`,
      `${words(2)} Größe ${random(50)}`,
      words(12),
      price(),
      `${price()} €`,
      pick(["rot", "blau", "grün"]),
      String(random(1000)),
      words(3).replaceAll(" ", " > "),
      `${1 + random(28)}.${1 + random(12)}.2026`,
      pick(["lieferbar", "ausverkauft"]),
      `40063813${two(100)}${two(100)}${random(10)}`,
    ];
    text += `${cells.join(";")}\n`;
    if (text.length < 1 << 20) continue;
    if (!out.write(text)) await once(out, "drain");
    text = "";
  }
  out.end(text);
  await once(out, "finish");
  return path;
}

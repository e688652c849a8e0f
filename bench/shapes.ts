// Compares an import in which each row is a product with imports of the same file whose rows form products together.
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

/** Each row is a product. */
const FLAT: Mapping = { key: "Variant SKU", name: { from: "Title", default: "A variant" }, description: "Body" };

/** The rows with the same handle are variants of a product. */
const GROUPED: Mapping = {
  group: { by: "Handle", fill: ["Title", "Body", "Vendor", "Type", "Tags", "Option1 Name"] },
  key: "Variant SKU",
  parent: "Handle",
  name: "Title",
  description: "Body",
  split: { ",": ["Tags"] },
  drop: ["Image Src"],
  attributes: { images: { from: "Image Src", all: true, over: "group" } },
  pairs: [{ each: "Option{n} Value", name: "Option{n} Name", value: "Option{n} Value" }],
};

/** The rows of the view "de", at the end of the file, are layers of the other rows. */
const OVERLAID: Mapping = {
  overlay: { by: "View", base: [""] },
  key: "Base SKU",
  name: { from: "Title", default: "A variant" },
  description: "Body",
};

const MAPPINGS = { flat: FLAT, grouped: GROUPED, overlaid: OVERLAID };
type Name = keyof typeof MAPPINGS;
const NAMES = Object.keys(MAPPINGS) as Name[];

/** Returns a section of bench/RESULTS.md. */
export async function measureShapes(rows: number, rounds: number): Promise<string> {
  const path = await makeFile(rows);
  const server = await startServer();
  const db = await connectClient(server.address, { application_name: "skuport bench" });
  const times = new Map<Name, number[]>();
  /** Peak memory of the worker in MB. */
  const peaks = new Map<Name, number>();
  const importAs = async (name: Name): Promise<void> => {
    await settle(db);
    // Only Linux can reset the peak memory of a process.
    await server.forgetPeak().catch(() => undefined);
    const started = performance.now();
    const options = { mapping: JSON.stringify(MAPPINGS[name]) };
    let state: ListedImport = await uploadPath(path, { base_url: server.url, options });
    for await (const next of watchImport(state.id, { base_url: server.url })) state = next;
    const ms = performance.now() - started;
    if (state.state !== "done" || state.rows !== rows || state.rejected > 0)
      throw new Error(`Unexpected: ${JSON.stringify(state)}`);
    times.set(name, [...(times.get(name) ?? []), ms]);
    const { worker_mb } = await server.peakMemory();
    peaks.set(name, Math.max(peaks.get(name) ?? 0, worker_mb));
    process.stderr.write(`  ${rows} rows, ${name}: ${Math.round(ms)} ms, worker ${worker_mb} MB\n`);
  };
  try {
    for (let round = 0; round < rounds; round++) {
      for (const name of NAMES) {
        await emptyCatalogue(db);
        await importAs(name);
      }
    }
  } finally {
    await db.end();
    await server.stop();
  }
  const best = (name: Name): number => Math.min(...(times.get(name) ?? []));
  const lines = NAMES.map(
    (name) =>
      `| ${name} | ${(best(name) / 1000).toFixed(2)} s | ${(best(name) / best("flat")).toFixed(2)} | ${peaks.get(name) ?? 0} MB |\n`,
  );
  return (
    `${rows.toLocaleString("en")} rows of 14 columns, best of ${rounds}; largest peak memory of the worker\n\n` +
    `| mapping | time | ratio | worker |\n| --- | --- | --- | --- |\n${lines.join("")}`
  );
}

const WORDS =
  "art community floor lay raise best end page song every glass modern market shoulder number water bank".split(" ");
/** Number of variants of a product. */
const VARIANTS = 4;
/** The share of rows that are layers of another row. */
const LAYERS = 0.2;

/** Files with the same number of rows are identical. */
async function makeFile(rows: number): Promise<string> {
  await mkdir(FILES_DIR, { recursive: true });
  const path = join(FILES_DIR, `${rows}-variants.csv`);
  if ((await stat(path).catch(() => undefined)) !== undefined) return path;
  let state = rows;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
  const words = (count: number): string =>
    Array.from({ length: count }, () => WORDS[random(WORDS.length)] as string).join(" ");
  const bases = Math.ceil(rows * (1 - LAYERS));
  const out = createWriteStream(path);
  let text =
    "Handle,Title,Body,Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Base SKU,View,Price,Stock,Image Src\n";
  for (let row = 0; row < rows; row++) {
    const isLayer = row >= bases;
    const base = isLayer ? row - bases : row;
    const product = Math.floor(row / VARIANTS);
    const isFirst = row % VARIANTS === 0;
    const texts =
      isFirst || isLayer
        ? [words(3), words(15), words(1), words(1), `"${words(1)}, ${words(1)}"`, "Size"]
        : ["", "", "", "", "", ""];
    const cells = [
      `product-${product}`,
      ...texts,
      ["S", "M", "L", "XL"][row % VARIANTS],
      `V-${row}`,
      `B-${base}`,
      isLayer ? "de" : "",
      `${10 + random(900)}.${10 + random(90)}`,
      String(random(1000)),
      `https://img.example.com/${product}/${row % VARIANTS}.jpg`,
    ];
    text += `${cells.join(",")}\n`;
    if (text.length < 1 << 20) continue;
    if (!out.write(text)) await once(out, "drain");
    text = "";
  }
  out.end(text);
  await once(out, "finish");
  return path;
}

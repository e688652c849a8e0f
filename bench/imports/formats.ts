// Measures imports of XML files and of the same products as CSV, and imports of JSON Lines and Parquet files.
import { stat, writeFile } from "node:fs/promises";
import { parquetWriteBuffer } from "hyparquet-writer";
import { generateProducts } from "../generate.ts";
import { makeFile, makeOnce, type FileParts, type Random } from "./make-file.ts";
import { measureImports, seconds } from "./measure-imports.ts";

interface Product {
  sku: string;
  name: string;
  description: string;
  price: string;
  brand: string;
  ean: string;
  categories: string[];
}

function productOf(row: number, random: Random): Product {
  return {
    sku: `P-${row}`,
    name: random.words(3),
    description: random.words(50),
    price: `${10 + random.below(900)}.${10 + random.below(90)}`,
    brand: random.pick(["Lumen & Co", "Nordlicht", "Brightside"]),
    ean: String(4_000_000_000_000 + row),
    categories: [random.words(2), random.words(2)],
  };
}

const escapeXml = (text: string): string => text.replaceAll("&", "&amp;");

const XML: FileParts = {
  head: '<?xml version="1.0" encoding="UTF-8"?>\n<shop xmlns="https://example.com/products">\n<products>\n',
  record(row, random) {
    const { sku, name, description, price, brand, ean, categories } = productOf(row, random);
    const listed = categories.map((category) => `    <category>${category}</category>\n`).join("");
    return (
      `  <product id="${row}">\n    <sku>${sku}</sku>\n    <name>${name}</name>\n` +
      `    <description><![CDATA[${description}]]></description>\n    <price currency="EUR">${price}</price>\n` +
      `    <brand>${escapeXml(brand)}</brand>\n    <ean>${ean}</ean>\n${listed}  </product>\n`
    );
  },
  tail: "</products>\n</shop>\n",
};
/** The products of `npm run bench -- speed`. */
const jsonLines = (rows: number): FileParts => {
  const products = generateProducts({ rows });
  return { record: () => `${JSON.stringify(products.next().value)}\n` };
};
const CSV: FileParts = {
  head: "sku,name,description,price,brand,ean,categories\n",
  record(row, random) {
    const { categories, ...fields } = productOf(row, random);
    return `${[...Object.values(fields), categories.join(" > ")].join(",")}\n`;
  },
};

/** Number of products in a row group of a Parquet file. */
const ROW_GROUP = 100_000;

async function writeParquet(path: string, rows: number): Promise<void> {
  const products = [...generateProducts({ rows })];
  const columnData = (["sku", "name", "description"] as const).map((name) => ({
    name,
    data: products.map((product) => product[name]),
  }));
  await writeFile(path, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: ROW_GROUP })));
}

/** For each format: its number of records as a multiple of the given number of rows, and a function that writes the file. */
const FORMATS: readonly { name: string; times: number; make: (count: number) => Promise<string> }[] = [
  { name: "CSV", times: 1, make: (count) => makeFile(count, "products.csv", CSV) },
  { name: "XML", times: 1, make: (count) => makeFile(count, "products.xml", XML) },
  { name: "JSON Lines", times: 2, make: (count) => makeFile(count, "lines.jsonl", jsonLines(count)) },
  {
    name: "Parquet",
    times: 2,
    make: (count) => makeOnce(count, "rows.parquet", (path) => writeParquet(path, count)),
  },
];

/** Returns a section of bench/RESULTS.md. */
export async function measureFormats(rows: number, rounds: number): Promise<string> {
  const files: { name: string; count: number; path: string; mb: number }[] = [];
  for (const { name, times, make } of FORMATS) {
    const path = await make(rows * times);
    files.push({ name, count: rows * times, path, mb: Math.round((await stat(path)).size / 1e6) });
  }
  const { best, peak } = await measureImports(async ({ empty, run }) => {
    for (let round = 0; round < rounds; round++) {
      for (const { name, count, path } of files) {
        await empty();
        await run(name, { path }, (state) => state.created + state.superseded === count);
      }
    }
  });
  const lines = files.map(
    ({ name, count, mb }) =>
      `| ${name} | ${count.toLocaleString("en")} | ${mb} MB | ${seconds(best(name))} | ${peak(name)} MB |\n`,
  );
  return (
    `All records are new products, best of ${rounds}; largest peak memory of the worker\n\n` +
    `| format | records | file | time | worker |\n| --- | --- | --- | --- | --- |\n${lines.join("")}`
  );
}

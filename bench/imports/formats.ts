// Measures imports of XML and JSON files, and of the same products as CSV.
import { makeFile, type FileParts, type Random } from "./make-file.ts";
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
const JSON_LINES: FileParts = { record: (row, random) => `${JSON.stringify(productOf(row, random))}\n` };
const CSV: FileParts = {
  head: "sku,name,description,price,brand,ean,categories\n",
  record(row, random) {
    const { categories, ...fields } = productOf(row, random);
    return `${[...Object.values(fields), categories.join(" > ")].join(",")}\n`;
  },
};

/** Number of records of each format, as a multiple of the number of rows given on the command line. */
const FORMATS = {
  "products.csv": { parts: CSV, times: 1 },
  "products.xml": { parts: XML, times: 1 },
  "products.jsonl": { parts: JSON_LINES, times: 2 },
} as const;

/** Returns a section of bench/RESULTS.md. */
export async function measureFormats(rows: number, rounds: number): Promise<string> {
  const files = await Promise.all(
    Object.entries(FORMATS).map(async ([name, { parts, times }]) => ({
      name,
      count: rows * times,
      path: await makeFile(rows * times, name, parts),
    })),
  );
  const { best, peak } = await measureImports(async ({ empty, run }) => {
    for (let round = 0; round < rounds; round++) {
      for (const { name, count, path } of files) {
        await empty();
        await run(name, { path }, (state) => state.created === count);
      }
    }
  });
  const lines = files.map(
    ({ name, count }) => `| ${name} | ${count.toLocaleString("en")} | ${seconds(best(name))} | ${peak(name)} MB |\n`,
  );
  return (
    `All records are new products, best of ${rounds}; largest peak memory of the worker\n\n` +
    `| file | records | time | worker |\n| --- | --- | --- | --- |\n${lines.join("")}`
  );
}

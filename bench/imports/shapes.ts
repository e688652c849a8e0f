// Compares an import in which each row is a product with imports of the same file whose rows form products together.
import type { Mapping } from "../../contract/mapping/mapping.ts";
import { makeFile, type FileParts } from "./make-file.ts";
import { measureImports, seconds } from "./measure-imports.ts";

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

/** Each row of the view "de", at the end of the file, contains German values of a product in another row. */
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
  const path = await makeFile(rows, "variants.csv", variantsOf(rows));
  const { best, peak } = await measureImports(async ({ empty, run }) => {
    for (let round = 0; round < rounds; round++) {
      for (const name of NAMES) {
        await empty();
        await run(name, { path, mapping: MAPPINGS[name] }, (state) => state.rows === rows && state.rejected === 0);
      }
    }
  });
  const lines = NAMES.map(
    (name) => `| ${name} | ${seconds(best(name))} | ${(best(name) / best("flat")).toFixed(2)} | ${peak(name)} MB |\n`,
  );
  return (
    `${rows.toLocaleString("en")} rows of 14 columns, best of ${rounds}; largest peak memory of the worker\n\n` +
    `| mapping | time | ratio | worker |\n| --- | --- | --- | --- |\n${lines.join("")}`
  );
}

/** Number of variants of a product. */
const VARIANTS = 4;
/** The share of rows that contain values of another row in a second language. */
const LAYERS = 0.2;

function variantsOf(rows: number): FileParts {
  const bases = Math.ceil(rows * (1 - LAYERS));
  return {
    head: "Handle,Title,Body,Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Base SKU,View,Price,Stock,Image Src\n",
    record(row, { below, words }) {
      const isLayer = row >= bases;
      const product = Math.floor(row / VARIANTS);
      const texts =
        row % VARIANTS === 0 || isLayer
          ? [words(3), words(15), words(1), words(1), `"${words(1)}, ${words(1)}"`, "Size"]
          : ["", "", "", "", "", ""];
      const cells = [
        `product-${product}`,
        ...texts,
        ["S", "M", "L", "XL"][row % VARIANTS],
        `V-${row}`,
        `B-${isLayer ? row - bases : row}`,
        isLayer ? "de" : "",
        `${10 + below(900)}.${10 + below(90)}`,
        String(below(1000)),
        `https://img.example.com/${product}/${row % VARIANTS}.jpg`,
      ];
      return `${cells.join(",")}\n`;
    },
  };
}

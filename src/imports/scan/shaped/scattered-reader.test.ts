// Tests reading the scattered records of products: records that are not next to the first record of their product.
import { mkdtemp, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mapping as mappingSchema } from "../../../../contract/mapping/mapping.ts";
import { CSV_WITHOUT_HEADER as DIALECT } from "../../../../tests/support/records/csv-dialect.ts";
import { compileMapping } from "../../mapping/compile.ts";
import type { Attached } from "../../shape/formed.ts";
import { ProductFormer } from "../../shape/form-products.ts";
import { isShapedPlan } from "../../shape/record-judge.ts";
import { Scattered } from "../../shape/scattered.ts";
import { ScatteredReader } from "./scattered-reader.ts";

const HEADER = ["sku", "lang", "title"];

/** Notes the records that are attached to products. */
class Noted extends ProductFormer {
  readonly attached = new Map<number, string>();

  override attach(row: number, { records, from }: Attached): void {
    this.attached.set(row, records.bytes.toString("utf8", records.start[from], records.end[from]));
  }
}

function createNoted(): Noted {
  const { plan } = compileMapping(
    mappingSchema.parse({ key: "sku", name: "title", overlay: { by: "lang", base: [""] } }),
    HEADER,
  );
  if (!isShapedPlan(plan)) throw new Error("the mapping forms no products");
  const nothing = (): void => undefined;
  return new Noted(plan, DIALECT, { reject: nothing, rejectFault: nothing, ignore: nothing });
}

const LAYERS = 4000;
const GAP = 60_000;

test("layers with other rows between them need memory for the layers only", async () => {
  const path = join(await mkdtemp(join(tmpdir(), "skuport-scattered-")), "layers.csv");
  const file = await open(path, "w+");
  try {
    const scattered = new Scattered(HEADER.length);
    for (let i = 0; i < LAYERS; i++) {
      const text = `s${i},de,Lampe ${i}\n`;
      await file.write(text, i * GAP);
      const record = { row: LAYERS + i + 1, at: i * GAP, bytes: text.length - 1, line: LAYERS + i + 1 };
      scattered.add(i + 1, record);
    }
    scattered.close((base) => base);
    const former = createNoted();
    const reader = new ScatteredReader({ file, dialect: DIALECT, width: 3, scattered, has_group: false }, former);
    const before = process.memoryUsage().arrayBuffers;
    expect(await reader.attach(1, LAYERS)).toBe(LAYERS);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 << 20);
    expect(former.attached.size).toBe(LAYERS);
    expect(former.attached.get(1)).toBe("s0,de,Lampe 0");
    expect(former.attached.get(LAYERS)).toBe(`s${LAYERS - 1},de,Lampe ${LAYERS - 1}`);
  } finally {
    await file.close();
  }
});

test("short records of a wide table are read in several parts", async () => {
  const path = join(await mkdtemp(join(tmpdir(), "skuport-scattered-")), "wide.csv");
  const file = await open(path, "w+");
  try {
    const [width, products, parts] = [2000, 40, 1000];
    const text = "s,de\n".repeat(parts);
    const scattered = new Scattered(width);
    for (let i = 0; i < products; i++) {
      await file.write(text, i * text.length);
      for (let part = 0; part < parts; part++)
        scattered.add(i + 1, { row: 100 + i * parts + part, at: i * text.length + part * 5, bytes: 4, line: 1 });
    }
    scattered.close((base) => base);
    const former = createNoted();
    const reader = new ScatteredReader({ file, dialect: DIALECT, width, scattered, has_group: false }, former);
    // One call reads at most about eight million cells: four products of 1,000 records with 2,000 cells each.
    expect(await reader.attach(1, products)).toBeLessThan(10);
    expect(former.attached.get(1)).toBe("s,de");
  } finally {
    await file.close();
  }
});

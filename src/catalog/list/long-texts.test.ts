// Pages of products with long texts are limited in bytes, and all pages together contain every product.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { insertChangeset } from "../changeset-store.ts";
import { listProducts, type Page } from "./list-products.ts";
import { orderOf } from "../query/order.ts";

const { pool } = await createTestDatabase();
const LONG = 900_000;
const COUNT = 12;

const changesetId = await insertChangeset(pool, { kind: "edit", actor: "test" });
await pool.query(
  `insert into products (sku_key, id, sku, name, description, attributes, created_in, changed_in, created_at, updated_at)
   select 'p' || to_char(n, 'FM00'), n, 'p' || to_char(n, 'FM00'), 'name',
          case n % 3 when 0 then repeat('d', $2::integer) else 'short' end,
          case n % 3 when 1 then jsonb_build_object('a', repeat('x', $2::integer)) else '{"b": "short"}' end, $1, $1, now(), now()
   from generate_series(1, ${COUNT}) n`,
  [changesetId, LONG],
);
await pool.query(
  "insert into search_backlog (changeset_id, id_from, id_to, rows) values ($1, 1, $2::integer, $2::integer)",
  [changesetId, COUNT],
);

const bytesOf = ({ items }: Page): number => JSON.stringify(items).length;

test.each(["sku", "-sku", "name"] as const)(
  "sorted by %s, no page is too large and no product is missing",
  async (sort) => {
    const pages: Page[] = [];
    for (let after: Page["next"] | undefined; after !== null; after = pages.at(-1)?.next ?? null) {
      pages.push(await listProducts(pool, { filter: {}, order: orderOf(sort), after, limit: 200 }));
    }
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) expect(bytesOf(page)).toBeLessThan(5_000_000);
    const items = pages.flatMap((page) => page.items);
    const skus = Array.from({ length: COUNT }, (_, n) => `p${String(n + 1).padStart(2, "0")}`);
    expect(items.map(({ sku }) => sku)).toEqual(sort === "-sku" ? skus.reverse() : skus);
    for (const { sku, description, attributes } of items) {
      const n = Number(sku.slice(1));
      expect([description.length, ((attributes.a ?? "") as string).length]).toEqual([
        n % 3 === 0 ? LONG : 5,
        n % 3 === 1 ? LONG : 0,
      ]);
    }
    // Read the pages again in reverse, from the last page to the first.
    const back: string[] = [];
    for (let page = pages.at(-1); page?.previous;) {
      page = await listProducts(pool, { filter: {}, order: orderOf(sort), after: page.previous, limit: 200 });
      back.unshift(...page.items.map(({ sku }) => sku));
    }
    expect([...back, ...(pages.at(-1)?.items ?? []).map(({ sku }) => sku)]).toEqual(items.map(({ sku }) => sku));
  },
);

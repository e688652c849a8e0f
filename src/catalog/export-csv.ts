// The catalogue as CSV in SKU order, in constant memory: one snapshot, read through a cursor.
import type pg from "pg";
import { csvLineWithBlanks } from "../csv-line.ts";

const PAGE = 2000;

interface Row {
  sku: string;
  name: string;
  description: string;
  active: boolean;
  attributes: Record<string, unknown>;
}

/** Pieces of the file: sku, name, description, active, then every attribute that any product has, in name order. */
export async function* exportCsv(pool: pg.Pool): AsyncGenerator<string> {
  const client = await pool.connect();
  let broken = true;
  try {
    // One snapshot for the names and the rows: a product that comes meanwhile must not bring a column that the header lacks.
    await client.query("begin transaction isolation level repeatable read read only");
    const attributes = await attributeNames(client);
    yield csvLineWithBlanks(["sku", "name", "description", "active", ...attributes]);
    await client.query(
      "declare exported no scroll cursor for select sku, name, description, active, attributes from products order by sku_key",
    );
    for (;;) {
      const { rows } = await client.query<Row>(`fetch ${PAGE} from exported`);
      if (rows.length === 0) break;
      let text = "";
      for (const row of rows) text += lineOf(row, attributes);
      yield text;
    }
    await client.query("commit");
    broken = false;
  } finally {
    // A reader that stops half-way leaves the transaction open; closing the connection ends it.
    client.release(broken);
  }
}

async function attributeNames(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "select distinct jsonb_object_keys(attributes) as name from products where attributes <> '{}'",
  );
  return rows.map(({ name }) => name).sort();
}

function lineOf({ sku, name, description, active, attributes }: Row, names: readonly string[]): string {
  const own = names.map((attribute) => (Object.hasOwn(attributes, attribute) ? textOf(attributes[attribute]) : ""));
  return csvLineWithBlanks([sku, name, description, active ? "true" : "false", ...own]);
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

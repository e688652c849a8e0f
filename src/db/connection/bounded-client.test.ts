import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { connectClient } from "./connect.ts";

const { pool, address } = await createTestDatabase("empty");

const values = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const sumOf = (count: number): string =>
  `select ${values(count)
    .map((i) => `($${i + 1}::int)`)
    .join(",")}`;

test("a statement with more parameters than the protocol can count is refused, and the connection stays usable", async () => {
  const client = await connectClient(address, { application_name: "skuport test" });
  for (const connection of [pool, client]) {
    await expect(connection.query("select 1", values(65_536))).rejects.toMatchObject({ code: "54000" });
    await expect(connection.query({ text: "select 1", values: values(65_537) })).rejects.toThrow("65537 parameters");
    expect((await connection.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  }
  await client.end();
});

test("statements with many parameters and without parameters are sent", async () => {
  const { rows } = await pool.query({ text: sumOf(1000), values: values(1000), rowMode: "array" });
  expect(rows[0]).toEqual(values(1000));
  expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

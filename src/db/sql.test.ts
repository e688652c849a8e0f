// Statements made of fragments: placeholders are numbered in order, and no value becomes part of the statement's text.
import { expect, test } from "vitest";
import { createTestDatabase } from "../../tests/support/database.ts";
import { allOf, join, parameter, raw, sql, statement, withLiterals } from "./sql.ts";

const { pool } = await createTestDatabase();

test("nested fragments are numbered in the order in which they appear", () => {
  const where = allOf([sql`a = ${1}`, sql`b = ${"x"}::text`]);
  expect(statement`select ${raw("a")} from t where ${where} limit ${10}`).toEqual({
    text: "select a from t where a = $1 and b = $2::text limit $3",
    values: [1, "x", 10],
  });
});

test("a fragment that is used twice sends its values once", () => {
  const ids = parameter([1, 2]);
  const condition = sql`c > ${5}`;
  expect(statement`select ${ids}, ${ids} where ${condition} or not ${condition} or ${5}`).toEqual({
    text: "select $1, $1 where c > $2 or not c > $2 or $3",
    values: [[1, 2], 5, 5],
  });
});

test("`allOf` and `join` accept empty lists and lists of one item", () => {
  expect(statement`select ${join([], ", ")}${allOf([])}${join([sql`a`], ", ")}`.text).toBe("select truea");
});

test("a statement can be sent again, by a pool and by a client", async () => {
  const config = statement`select ${"it's"} || ${"?"} as text`;
  expect((await pool.query(config)).rows).toEqual([{ text: "it's?" }]);
  const again = statement`select ${sql`${"it's"} || ${"?"}`} as text`;
  const client = await pool.connect();
  try {
    expect((await client.query(again)).rows).toEqual([{ text: "it's?" }]);
  } finally {
    client.release();
  }
});

test("values as literals mean the same as parameters", async () => {
  const texts = ["'", "\\", "$1", "';drop table products;--", "\n"];
  for (const text of texts) {
    const { rows } = await pool.query(
      `select ${withLiterals(sql`${text}::text as text, ${[1, -2]}::int[] as list, ${true}::boolean as yes`)}`,
    );
    expect(rows).toEqual([{ text, list: [1, -2], yes: true }]);
  }
  expect(() => withLiterals(sql`${null}`)).toThrow(TypeError);
});

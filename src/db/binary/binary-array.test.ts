import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { numbersAt, pick, textsAt, type BinaryArray } from "./binary-array.ts";

const { pool } = await createTestDatabase();

const TEXTS = ["", "a", "ünï", 'a, "quoted" {text}', "\u{1F600}"];
const { rows } = await pool.query<{ texts: BinaryArray; ids: BinaryArray; versions: BinaryArray; tids: BinaryArray }>(
  `select array_send($1::text[]) as texts, array_send('{1, -2, 9007199254740991}'::bigint[]) as ids,
          array_send('{7, 8, -9}'::integer[]) as versions, array_send('{"(1,2)", "(3,4)", "(5,6)"}'::tid[]) as tids`,
  [TEXTS],
);
const { texts, ids, versions, tids } = rows[0] as (typeof rows)[number];

test("reads strings and numbers at the given indexes", () => {
  expect(textsAt(texts, [0, 1, 2, 3, 4])).toEqual(TEXTS);
  expect(textsAt(texts, [2, 4])).toEqual(["ünï", "\u{1F600}"]);
  expect(textsAt(texts, [])).toEqual([]);
  expect(numbersAt(ids, [0, 1, 2])).toEqual([1, -2, 9007199254740991]);
  expect(numbersAt(versions, [2])).toEqual([-9]);
});

test("PostgreSQL accepts picked elements of any type", async () => {
  const found = await pool.query(
    "select $1::text[] as texts, $2::bigint[] as ids, $3::integer[] as versions, $4::tid[]::text as tids",
    [pick(texts, [1, 3, 4]), pick(ids, [0, 2]), pick(versions, [1]), pick(tids, [0, 2])],
  );
  expect(found.rows).toEqual([
    { texts: [TEXTS[1], TEXTS[3], TEXTS[4]], ids: [1, 9007199254740991], versions: [8], tids: '{"(1,2)","(5,6)"}' },
  ]);
});

test("picking nothing gives an empty array", async () => {
  const found = await pool.query("select cardinality($1::text[]) as count", [pick(texts, [])]);
  expect(found.rows).toEqual([{ count: 0 }]);
});

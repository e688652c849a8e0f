import fc from "fast-check";
import { expect, test } from "vitest";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { hashTextExtended } from "./hash-text.ts";

const { pool } = await createTestDatabase("empty");

test("chained hashes of any texts and seeds equal those of PostgreSQL", async () => {
  const text = fc
    .string({ unit: "binary", maxLength: 60 })
    .filter((value) => !value.includes("\0") && value.isWellFormed());
  const samples = fc.sample(fc.tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), text, text), 2000);
  samples.push([0n, "", ""], [0n, "abc", "x".repeat(1000)]);
  const { rows } = await pool.query<{ hash: string }>(
    `select hashtextextended(b, hashtextextended(a, seed))::text as hash
     from unnest($1::bigint[], $2::text[], $3::text[]) with ordinality as t (seed, a, b, n) order by n`,
    [samples.map(([seed]) => String(seed)), samples.map(([, a]) => a), samples.map(([, , b]) => b)],
  );
  const ours = samples.map(([seed, a, b]) => {
    const hash = new Int32Array([Number(BigInt.asIntN(32, seed >> 32n)), Number(BigInt.asIntN(32, seed))]);
    for (const part of [a, b]) {
      const bytes = Buffer.from(part);
      hashTextExtended(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length, hash);
    }
    return String(BigInt.asIntN(64, (BigInt(hash[0] as number) << 32n) | BigInt((hash[1] as number) >>> 0)));
  });
  expect(ours).toEqual(rows.map(({ hash }) => hash));
});

import { expect, test } from "vitest";
import { readMigrations } from "./migrate.ts";
import { splitStatements } from "./split-statements.ts";

test("a semicolon in a comment, a text, a name or a dollar-quoted text does not end a statement", () => {
  const statements = [
    "-- first; of all\nselect 'a;''b' as \"c;\"\"d\"",
    "\n/* it's; */ do $$ begin perform 1; end $$",
    "\ncreate function f() returns int as $body$ select 1; -- $$ ; \n$body$ language sql",
    "\nselect $1",
  ];
  expect(splitStatements(`${statements.join(";")};\n-- the end;\n`)).toEqual(statements);
});

test("empty statements and a script of comments are no statements", () => {
  expect(splitStatements("")).toEqual([]);
  expect(splitStatements("-- nothing; here\n;;\n/* ; */")).toEqual([]);
});

test("the statements of each migration contain its whole text", async () => {
  for (const { sql } of await readMigrations()) {
    const squeezed = (text: string): string => text.replaceAll(/--[^\n]*|[\s;]/g, "");
    expect(squeezed(splitStatements(sql).join(""))).toBe(squeezed(sql));
    // Texts with backslash escapes are not supported.
    expect(sql).not.toMatch(/\be'/i);
  }
});

// Every text is said somewhere, and every key that is asked for has a text. The compiler checks the second where a key stands as it
// is; keys that are put together it only checks by their types.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { german } from "./de.ts";
import { english } from "./en.ts";

type Tree = { [key: string]: string | Tree };

const WEB = join(import.meta.dirname, "..");

const keysOf = (tree: Tree, path = ""): string[] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [path + key] : keysOf(value, `${path}${key}.`),
  );
const keys = keysOf(english);
const sections = Object.keys(english);

const readAll = (folder: string, isSource: (file: string) => boolean): string =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(?:ts|vue)$/.test(file) && !file.endsWith(".test.ts") && isSource(file))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
const sources = readAll(WEB, (file) => !file.startsWith("texts"));
const contract = readAll(join(WEB, "..", "contract"), () => true);

/** Texts between quotes that begin like a key. */
const said = [
  ...sources.matchAll(
    new RegExp(`["'\`]((?:${sections.join("|")})\\.[^"'\`\\s]+(?:\\$\\{[^}]*\\}[^"'\`\\s]*)*)["'\`]`, "g"),
  ),
].map(([, key = ""]) => key);
const whole = new Set(said.filter((key) => !key.includes("${")));
const putTogether = said
  .filter((key) => key.includes("${"))
  .map(
    (key) =>
      new RegExp(
        `^${key
          .split(/\$\{[^}]*\}/)
          .map(escape)
          .join("[\\w-]+")}$`,
      ),
  );

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

test("there are keys to look for", () => {
  expect(keys.length).toBeGreaterThan(400);
  expect(whole.size).toBeGreaterThan(200);
  expect(putTogether.length).toBeGreaterThan(5);
});

/** What may stand in a gap is a value or a name somewhere, here or in the contract. */
const words = new Set(
  [...`${sources}\n${contract}`.matchAll(/["'`]([\w-]+)["'`]|\b(\w+)\??:/g)].map(([, value, name]) => value ?? name),
);
const isMade = (key: string): boolean =>
  putTogether.some(
    (pattern) =>
      pattern
        .exec(key)
        ?.slice(1)
        .every((part) => words.has(part)) === true,
  );

test("every text is used", () => {
  const unused = keys.filter((key) => !whole.has(key) && !isMade(key));
  expect(unused).toEqual([]);
});

test.each([
  ["English", keys],
  ["German", keysOf(german)],
])("every key that is used has a text in %s", (_, known) => {
  const texts = new Set(known);
  const asked = [...sources.matchAll(/\btn?\(\s*["'`]([\w.-]+)["'`]/g)].map(([, key = ""]) => key);
  expect(asked.length).toBeGreaterThan(200);
  expect(asked.filter((key) => !texts.has(key))).toEqual([]);
  const empty = putTogether.filter((pattern) => !known.some((key) => pattern.test(key)));
  expect(empty.map(String)).toEqual([]);
});

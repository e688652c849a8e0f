// Every text is used, and every used key has a text. The compiler checks keys that are literals or typed templates; this test also finds
// unused texts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { leaves, TEXTS } from "./all-languages.ts";
import { english } from "./en.ts";
import { LANGUAGES } from "./language.ts";

const WEB = join(import.meta.dirname, "..");

const keys = leaves(english).map(([key]) => key);
const sections = Object.keys(english);

const readAll = (folder: string, isSource: (file: string) => boolean): string =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(?:ts|vue)$/.test(file) && !file.endsWith(".test.ts") && isSource(file))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
const sources = readAll(WEB, (file) => !file.startsWith("texts"));
const contract = readAll(join(WEB, "..", "contract"), () => true);

/** Quoted strings in the page's code that begin like the key of a text. */
const mentioned = [
  ...sources.matchAll(
    new RegExp(`["'\`]((?:${sections.join("|")})\\.[^"'\`\\s]+(?:\\$\\{[^}]*\\}[^"'\`\\s]*)*)["'\`]`, "g"),
  ),
].map(([, key = ""]) => key);
const literals = new Set(mentioned.filter((key) => !key.includes("${")));
const templates = mentioned
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

test("the scan of the page's code finds keys of texts", () => {
  expect(keys.length).toBeGreaterThan(400);
  expect(literals.size).toBeGreaterThan(200);
  expect(templates.length).toBeGreaterThan(5);
});

/** Strings and property names of the page and the contract. The variable part of a key, as in `imports.state.${state}`, must be one
 * of them. */
const fillings = new Set(
  [...`${sources}\n${contract}`.matchAll(/["'`]([\w-]+)["'`]|\b(\w+)\??:/g)].map(([, value, name]) => value ?? name),
);
const isBuilt = (key: string): boolean =>
  templates.some(
    (pattern) =>
      pattern
        .exec(key)
        ?.slice(1)
        .every((part) => fillings.has(part)) === true,
  );

test("every text is used", () => {
  const unused = keys.filter((key) => !literals.has(key) && !isBuilt(key));
  expect(unused).toEqual([]);
});

test.each(LANGUAGES)("every used key has a text in %s", (language) => {
  const known = leaves(TEXTS[language]).map(([key]) => key);
  const texts = new Set(known);
  const used = [...sources.matchAll(/\btn?\(\s*["'`]([\w.-]+)["'`]/g)].map(([, key = ""]) => key);
  expect(used.length).toBeGreaterThan(200);
  expect(used.filter((key) => !texts.has(key))).toEqual([]);
  const empty = templates.filter((pattern) => !known.some((key) => pattern.test(key)));
  expect(empty.map(String)).toEqual([]);
});

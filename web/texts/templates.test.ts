// Templates must not contain literal text: all text is in web/texts, so that it can be translated.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "vue/compiler-sfc";

const WEB = join(import.meta.dirname, "..");
/** Attributes of HTML elements and Vue components whose values are shown or read aloud. */
const TEXT_ATTRIBUTES = new Set([
  "title",
  "label",
  "aria-label",
  "placeholder",
  "alt",
  "description",
  "note",
  "text",
  "help",
]);
/** Names that are not translated. */
const NAMES = new Set(["Skuport"]);

const ELEMENT = 1;
const TEXT = 2;
const ATTRIBUTE = 6;

interface Node {
  type: number;
  tag?: string;
  content?: unknown;
  children?: Node[];
  props?: { type: number; name: string; value?: { content: string } }[];
}

/** URLs, identifiers and HTTP methods need no translation: https://…, whsec_…, POST. */
const CODE = /https?:\/\/\S+|\w+_\S*|\b[A-Z0-9-]+\b/g;

const hasText = (text: string): boolean => /\p{L}{2}/u.test(text.replaceAll(CODE, "")) && !NAMES.has(text.trim());

function literalTexts(node: Node): string[] {
  if (node.type === TEXT) return hasText(String(node.content)) ? [String(node.content).trim()] : [];
  const attributes = (node.props ?? []).filter(
    ({ type, name, value }) => type === ATTRIBUTE && TEXT_ATTRIBUTES.has(name) && hasText(value?.content ?? ""),
  );
  return [
    ...attributes.map(({ name, value }) => `${name}="${value?.content ?? ""}"`),
    ...(node.type === ELEMENT || node.type === 0 ? (node.children ?? []).flatMap(literalTexts) : []),
  ];
}

const files = readdirSync(WEB, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".vue"));

test.each(files)("%s contains no literal text", (file) => {
  const { descriptor } = parse(readFileSync(join(WEB, file), "utf8"));
  expect(literalTexts(descriptor.template?.ast as unknown as Node)).toEqual([]);
});

test("the scan finds literal text and attributes, and ignores names, code and symbols", () => {
  const { descriptor } = parse(
    `<template><p title="Hello" class="not words"><b>Continue</b><b>Skuport</b><i>→</i><code>POST https://a.example/b key_1</code></p></template>`,
  );
  expect(literalTexts(descriptor.template?.ast as unknown as Node)).toEqual(['title="Hello"', "Continue"]);
});

// No words in the templates: all of them stand in web/texts, or they could not be translated.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "vue/compiler-sfc";

const WEB = join(import.meta.dirname, "..");
/** Attributes that people read or hear. */
const READ = new Set(["title", "label", "aria-label", "placeholder", "alt", "description", "note", "text", "help"]);
/** Names that are the same in every language. */
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

/** Addresses, codes and methods are no words: https://…, whsec_…, POST. */
const CODE = /https?:\/\/\S+|\w+_\S*|\b[A-Z0-9-]+\b/g;

const hasWords = (text: string): boolean => /\p{L}{2}/u.test(text.replaceAll(CODE, "")) && !NAMES.has(text.trim());

function bareWords(node: Node): string[] {
  if (node.type === TEXT) return hasWords(String(node.content)) ? [String(node.content).trim()] : [];
  const attributes = (node.props ?? []).filter(
    ({ type, name, value }) => type === ATTRIBUTE && READ.has(name) && hasWords(value?.content ?? ""),
  );
  return [
    ...attributes.map(({ name, value }) => `${name}="${value?.content ?? ""}"`),
    ...(node.type === ELEMENT || node.type === 0 ? (node.children ?? []).flatMap(bareWords) : []),
  ];
}

const files = readdirSync(WEB, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".vue"));

test.each(files)("%s has no words of its own", (file) => {
  const { descriptor } = parse(readFileSync(join(WEB, file), "utf8"));
  expect(bareWords(descriptor.template?.ast as unknown as Node)).toEqual([]);
});

test("the scan finds bare text and bare attributes, and lets the rest be", () => {
  const { descriptor } = parse(
    `<template><p title="Hello" class="not words"><b>Go on</b><b>Skuport</b><i>→</i><code>POST https://a.example/b key_1</code></p></template>`,
  );
  expect(bareWords(descriptor.template?.ast as unknown as Node)).toEqual(['title="Hello"', "Go on"]);
});

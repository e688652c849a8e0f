// Generates the requests that are sent to a catalogue. The kinds of requests take turns, each request has different words, and every run
// sends the same sequence.
import { createRandom, skuOf, TAGS, wordOf } from "./catalogue-data.ts";

const SORTS = ["sku", "-sku", "name", "-name", "updated_at", "-updated_at", "created_at"];

export interface ListRequest {
  kind: string;
  path: string;
  query: Record<string, string>;
}

interface Words {
  /** Returns a random word from the `count` most frequent words. */
  word: (count: number) => string;
  rare: () => string;
  brand: (count: number) => string;
  random: () => number;
  sku: string;
  /** The SKU of a product with several versions. */
  changed: string;
  n: number;
}

type Kind = [kind: string, query: Record<string, string>];

function lists({ word, brand, sku, n }: Words): Kind[] {
  return [
    ["a page", {}],
    ["a word", { search: word(5000) }],
    ["a part of a word", { search: word(5000).slice(1) + "x".repeat(n % 2) }],
    ["two words", { search: `${word(300)} ${word(3000)}` }],
    ["a SKU", { search: sku }],
    ["the beginning of a SKU", { sku: `${sku.slice(0, 5)}*` }],
    ["inactive, a word", { active: "false", search: word(1000) }],
    ["an attribute", { "attributes.Brand": brand(300) }],
  ];
}

/** Requests that are hard for an index of words: frequent and missing words, phrases, and very short search terms. */
function hard({ word, rare, brand, random }: Words): Kind[] {
  return [
    ["a frequent word", { search: word(30) }],
    ["two frequent words", { search: `${word(30)} ${word(30)}` }],
    ["three words", { search: `${word(100)} ${word(300)} ${word(1000)}` }],
    ["a frequent and a rare word", { search: `${word(30)} ${rare()}` }],
    ["a phrase", { search: `"${word(100)} ${word(300)}"` }],
    ["a missing word", { search: "zzz" }],
    ["one letter", { search: "b" }],
    ["two letters", { search: "ba" }],
    ["two rare letters", { search: "xq" }],
    ["three letters", { search: word(300).slice(0, 3) }],
    ["digits", { search: String(Math.floor(random() * 9000) + 1000) }],
    ["a word and an attribute", { search: word(1000), "attributes.Brand": brand(30) }],
    ["a word of the name", { name: word(1000) }],
  ];
}

function facets({ word, brand, sku }: Words): Kind[] {
  return [
    ["of all products", { attribute: "Brand" }],
    ["of products with a word", { attribute: "Brand", search: word(5000) }],
    ["of products with a frequent word", { attribute: "Brand", search: word(30) }],
    ["of products with two words", { attribute: "Brand", search: `${word(300)} ${word(3000)}` }],
    ["of products with a SKU prefix", { attribute: "Brand", sku: `${sku.slice(0, 5)}*` }],
    ["of inactive products", { attribute: "Brand", active: "false" }],
    ["of products with a value of another attribute", { attribute: "Size", "attributes.Brand": brand(300) }],
  ];
}

/** Requests about an attribute whose values are lists. */
function tags({ word, brand, random }: Words): Kind[] {
  const tag = `Tag ${Math.floor(random() * TAGS)}`;
  return [
    ["an element of a list", { "attributes.Tags": tag }],
    ["an element of a list and a word", { "attributes.Tags": tag, search: word(1000) }],
    ["an element of a list and an attribute", { "attributes.Tags": tag, "attributes.Brand": brand(30) }],
    ["facets of lists", { attribute: "Tags" }],
    ["facets of lists of products with a word", { attribute: "Tags", search: word(5000) }],
    ["facets of products with an element of a list", { attribute: "Brand", "attributes.Tags": tag }],
  ];
}

export const WHAT = ["lists", "hard", "facets", "tags", "history"] as const;
export type What = (typeof WHAT)[number];

/** Returns request number n. A different seed gives different words. */
export type RequestSequence = (n: number, seed: number) => ListRequest;

export function listRequests(what: What, changed: readonly string[]): RequestSequence {
  return (n, seed) => {
    const random = createRandom(n * 1000 + seed);
    const words: Words = {
      word: (count) => wordOf(Math.floor(random() ** 2 * count)),
      rare: () => wordOf(5000 + Math.floor(random() * 25_000)),
      brand: (count) => `Brand ${Math.floor(random() * count)}`,
      random,
      sku: skuOf(Math.floor(random() * 400_000), random).toLowerCase(),
      changed: changed[Math.floor(random() * changed.length)] ?? "",
      n,
    };
    if (what === "history")
      return { kind: what, path: `/api/products/${encodeURIComponent(words.changed)}/history`, query: {} };
    const kinds = { lists, hard, facets, tags }[what](words);
    const [kind, query] = kinds[n % kinds.length] as Kind;
    if ("attribute" in query) return { kind, path: "/api/products/facets", query };
    return { kind, path: "/api/products", query: { ...query, sort: SORTS[n % SORTS.length] as string, limit: "50" } };
  };
}

import { expect, test } from "vitest";
import { faultOf, filterOf, isKnownField, type ListFilter } from "./list-filter.ts";
import { parseQuery } from "./query-language.ts";

test("a field is an operator or a known attribute", () => {
  const known = ["Marke"];
  expect(["sku", "AKTIV", "marke", "attributes.GmbH"].every((name) => isKnownField(name, known))).toBe(true);
  expect(isKnownField("GmbH", known)).toBe(false);
  expect(isKnownField("GmbH", [])).toBe(true);
});

const NOW = new Date("2026-11-25T15:00:00Z");

test.each<[string, ListFilter]>([
  ["", {}],
  ["lamp red", { search: "lamp red" }],
  ['"table lamp" red', { search: '"table lamp" red' }],
  ["sku:AB* active:no", { sku: "AB*", active: false }],
  ["ACTIVE:Ja", { active: true }],
  [
    "Aktiv:nein Beschreibung:rot geändert:7d",
    { active: false, description: "rot", updated_since: "2026-11-18T15:00:00.000Z" },
  ],
  ["aktiv:vielleicht", {}],
  ["brand:Acme", { "attributes.Brand": "Acme" }],
  ["unknown:x", { "attributes.unknown": "x" }],
  ["has:brand", { "attributes.Brand": "*" }],
  ["created_in:41 changed_in:42", { created_in: 41, changed_in: 42 }],
  ["updated:24h", { updated_since: "2026-11-24T15:00:00.000Z" }],
  ["updated:2026-11-01T10:00:00Z", { updated_since: "2026-11-01T10:00:00.000Z" }],
  ["active:perhaps created_in:abc lamp", { search: "lamp" }],
])("%j becomes the filter %j", (text, filter) => {
  expect(filterOf({ terms: parseQuery(text), accents: "exact" }, ["Brand", "price"], NOW)).toEqual(filter);
});

test.each<[string, ListFilter]>([
  ["creme", { search: "creme", accents: "ignore" }],
  ["name:creme", { name: "creme", accents: "ignore" }],
  ["description:creme", { description: "creme", accents: "ignore" }],
  ["sku:AB* active:no", { sku: "AB*", active: false }],
  ["", {}],
])("%j ignores accents only if it searches for text: %j", (text, filter) => {
  expect(filterOf({ terms: parseQuery(text), accents: "ignore" }, [], NOW)).toEqual(filter);
});

test.each([
  ["active:perhaps", "yes_or_no"],
  ["created_in:-1", "number"],
  ["updated:soon", "time"],
  ["updated:2026-13-45", "time"],
  ["updated:today", null],
  ["brand:anything", null],
  ["lamp", null],
])("%s has the fault %j", (text, fault) => {
  const [term] = parseQuery(text);
  expect(term && faultOf(term, NOW)).toBe(fault);
});

// Compares the result of a test with the one that the profile expects.
import { cutText } from "../../../contract/faults.ts";
import type { ProfileTest } from "../../../contract/profiles/profile.ts";
import type { ProfileTestResult } from "../../../contract/profiles/profiles.ts";

type Difference = ProfileTestResult["differences"][number];

export interface ActualProduct {
  sku: string;
  name: string;
  description: string;
  active: boolean;
  parent_sku: string;
  attributes: Record<string, unknown>;
}

export interface ActualResult {
  products: ActualProduct[];
  rejects: { line: number; code: string; message: string }[];
  ignored: number;
  adds: number;
  deleted: number;
}

const MAX_DIFFERENCES = 50;
const MAX_VALUE_CHARACTERS = 500;

export function compareResult(test: ProfileTest, actual: ActualResult): Difference[] {
  return [
    ...compareProducts(test.expected, actual.products),
    ...compareRejects(test.rejects ?? [], actual.rejects),
    ...(test.ignored === undefined ? [] : compareValue(null, "ignored", test.ignored, actual.ignored)),
    ...(test.adds === undefined ? [] : compareValue(null, "adds", test.adds, actual.adds)),
    ...(test.deleted === undefined ? [] : compareValue(null, "deleted", test.deleted, actual.deleted)),
  ].slice(0, MAX_DIFFERENCES);
}

function compareProducts(expected: ProfileTest["expected"], actual: ActualProduct[]): Difference[] {
  const bySku = new Map(actual.map((product) => [product.sku, product]));
  const wanted = new Set(expected.map(({ sku }) => sku));
  return [
    ...expected.flatMap((product) => compareProduct(product, bySku.get(product.sku))),
    ...actual.filter(({ sku }) => !wanted.has(sku)).map((product) => difference(product.sku, "product", null, product)),
  ];
}

function compareProduct(expected: ProfileTest["expected"][number], actual: ActualProduct | undefined): Difference[] {
  const { sku, attributes, ...fields } = expected;
  if (actual === undefined) return [difference(sku, "product", expected, null)];
  const inFields = Object.entries(fields).flatMap(([field, value]) =>
    compareValue(sku, field, value, actual[field as keyof typeof fields]),
  );
  if (attributes === undefined) return inFields;
  const names = new Set([...Object.keys(attributes), ...Object.keys(actual.attributes)]);
  return [
    ...inFields,
    ...[...names].flatMap((name) => {
      const value = Object.hasOwn(attributes, name) ? attributes[name] : null;
      const found = Object.hasOwn(actual.attributes, name) ? actual.attributes[name] : null;
      return compareValue(sku, `attributes.${name}`, value, found);
    }),
  ];
}

function compareRejects(expected: NonNullable<ProfileTest["rejects"]>, actual: ActualResult["rejects"]): Difference[] {
  const byLine = new Map(actual.map((reject) => [reject.line, reject]));
  const wanted = new Set(expected.map(({ line }) => line));
  return [
    ...expected.flatMap(({ line, code }) => {
      const found = byLine.get(line);
      if (found === undefined) return [difference(null, `rejects.line ${line}`, code ?? "a rejected row", null)];
      return code === undefined ? [] : compareValue(null, `rejects.line ${line}`, code, found.code);
    }),
    ...actual
      .filter(({ line }) => !wanted.has(line))
      .map(({ line, message }) => difference(null, `rejects.line ${line}`, null, message)),
  ];
}

const compareValue = (sku: string | null, member: string, expected: unknown, actual: unknown): Difference[] =>
  JSON.stringify(expected) === JSON.stringify(actual) ? [] : [difference(sku, member, expected, actual)];

const difference = (sku: string | null, member: string, expected: unknown, actual: unknown): Difference => ({
  sku,
  member,
  expected: textOf(expected),
  actual: textOf(actual),
});

const textOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : cutText(JSON.stringify(value), MAX_VALUE_CHARACTERS);

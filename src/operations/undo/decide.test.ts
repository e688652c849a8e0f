import { describe, expect, test } from "vitest";
import { decide, type Facts, type State } from "./decide.ts";

const old: State = { sku_key: "a", digest: "old" };
const made: State = { sku_key: "a", digest: "made" };
const edited: State = { sku_key: "a", digest: "edited" };
const elsewhere: State = { sku_key: "b", digest: "made" };

const facts = (before: State | undefined, after: State | undefined, now: State | undefined): Facts => ({
  before,
  after,
  now,
  is_key_taken: false,
});

describe("products unchanged since the changeset are reverted", () => {
  test.each([
    ["an update", facts(old, made, made), "restore"],
    ["a creation", facts(undefined, made, made), "delete"],
    ["a deletion", facts(old, undefined, undefined), "revive"],
    ["a rename", facts(old, elsewhere, elsewhere), "move"],
  ] as const)("%s", (_, given, action) => {
    expect(decide(given, "keep")).toEqual({ action });
    expect(decide(given, "overwrite")).toEqual({ action });
  });
});

describe("products with their values from before need no write", () => {
  test.each([
    ["values that another writer restored", facts(old, made, old)],
    ["a created product that another writer deleted", facts(undefined, made, undefined)],
    ["a deleted product that came back", facts(old, undefined, old)],
  ] as const)("%s", (_, given) => {
    expect(decide(given, "keep")).toEqual({ action: "none" });
    expect(decide(given, "overwrite")).toEqual({ action: "none" });
  });
});

describe("products changed after the changeset are kept, or overwritten on request", () => {
  test.each([
    ["changed", facts(old, made, edited), "changed", "restore"],
    ["created and changed", facts(undefined, made, edited), "changed", "delete"],
    ["deleted, came back and changed", facts(old, undefined, edited), "changed", "restore"],
    ["renamed", facts(old, made, elsewhere), "renamed", "move"],
    ["created and renamed", facts(undefined, made, elsewhere), "renamed", "delete"],
    ["deleted", facts(old, made, undefined), "deleted", "revive"],
  ] as const)("%s", (_, given, conflict, action) => {
    expect(decide(given, "keep")).toEqual({ action: "keep", conflict });
    expect(decide(given, "overwrite")).toEqual({ action, conflict });
  });
});

test("a SKU that another product has taken stays with that product, unless the policy is overwrite", () => {
  const taken = { ...facts(old, undefined, undefined), is_key_taken: true };
  expect(decide(taken, "keep")).toEqual({ action: "keep", conflict: "sku_taken" });
  expect(decide(taken, "overwrite")).toEqual({ action: "revive", conflict: "sku_taken", evict: true });
});

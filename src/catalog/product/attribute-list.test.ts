import { describe, expect, test } from "vitest";
import { MAX_LIST_ELEMENTS } from "../../../contract/catalog/attribute-value.ts";
import { MAX_TEXT_BYTES } from "../../../contract/catalog/product-limits.ts";
import { faultOfList, parseListCell } from "./attribute-list.ts";

describe("a list", () => {
  test.each([
    [["a"], undefined],
    [Array.from({ length: MAX_LIST_ELEMENTS }, () => "a"), undefined],
    [Array.from({ length: MAX_LIST_ELEMENTS + 1 }, () => "a"), "too_many"],
    [["a", ""], "not_text"],
    [["a", 1], "not_text"],
    [[["a"]], "not_text"],
    [[null], "not_text"],
    [["a\0"], "not_storable"],
    [["\ud800"], "not_storable"],
    [["a".repeat(MAX_TEXT_BYTES - 4)], undefined],
    [["a".repeat(MAX_TEXT_BYTES - 3)], "too_long"],
    [["a".repeat(MAX_TEXT_BYTES - 9), "b"], undefined],
    [["a".repeat(MAX_TEXT_BYTES - 8), "b"], "too_long"],
  ])("%#", (list, fault) => {
    expect(faultOfList(list)).toBe(fault);
  });
});

describe("a cell", () => {
  test.each([
    ['["a", "b"]', ["a", "b"]],
    ["[]", []],
    ['"[a"', "[a"],
    ['""', ""],
    ["[a]", undefined],
    ['["a"', undefined],
    ['["a"] x', undefined],
    ['"a', undefined],
    ['"\\u0000"', undefined],
    ['"\\ud800"', undefined],
    ['["\\u0000"]', undefined],
    ["[1]", undefined],
    ["[".repeat(1_000_000), undefined],
  ])("%#", (cell, value) => {
    expect(parseListCell(cell)).toEqual(value);
  });
});

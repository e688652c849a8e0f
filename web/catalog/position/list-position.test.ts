import { expect, test } from "vitest";
import { positionText } from "./list-position.ts";

const exact = { first: 200, end: 300, is_exact: true };

test("the position names the rows in view and the total", () => {
  expect(positionText(exact, { value: 466_693, relation: "eq" })).toBe("Rows 201–300 of 466,693");
  expect(positionText({ ...exact, end: 201 }, { value: 201, relation: "eq" })).toBe("Row 201 of 201");
});

test("an inexact total and estimated row numbers are marked as such", () => {
  expect(positionText(exact, { value: 401, relation: "gte" })).toBe("Rows 201–300 of at least 401");
  expect(positionText(exact, { value: 466_693, relation: "estimate" })).toBe("Rows 201–300 of about 470,000");
  expect(positionText({ ...exact, is_exact: false }, { value: 1000, relation: "eq" })).toBe(
    "About rows 201–300 of 1,000",
  );
});

test("there is no position while the list is loading or empty", () => {
  expect(positionText(exact, null)).toBe("");
  expect(positionText({ first: 0, end: 0, is_exact: true }, { value: 0, relation: "eq" })).toBe("");
});

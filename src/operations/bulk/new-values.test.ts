import { expect, test } from "vitest";
import type { OperationOptions } from "../../../contract/changesets/operations.ts";
import { newValues } from "./bulk.ts";

test("each action sets its values", () => {
  expect(newValues("activate", undefined)).toEqual({ active: true });
  expect(newValues("deactivate", undefined)).toEqual({ active: false });
  expect(newValues("set", { name: "New", attributes: { Colour: "red", Size: "" } })).toEqual({
    name: "New",
    attributes: { Colour: "red", Size: null },
  });
});

test("an unknown action is an error and does not deactivate products", () => {
  const archive = "archive" as NonNullable<OperationOptions["action"]> & "set";
  expect(() => newValues(archive, undefined)).toThrow(TypeError);
});

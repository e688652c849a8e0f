import { expect, test } from "vitest";
import { Problem } from "../../../contract/problems.ts";
import { faultsOf } from "./faults.ts";

const invalid = (...pointers: string[]) =>
  new Problem("invalid-request", "The request is not valid.", {
    extra: { errors: pointers.map((pointer) => ({ pointer, detail: `wrong: ${pointer}` })) },
  });

test("each field gets its first error", () => {
  expect(faultsOf(invalid("/body/url", "/body/url", "/body/headers/host"), ["url", "headers"])).toEqual({
    fields: { url: "wrong: /body/url", headers: "wrong: /body/headers/host" },
    whole: "",
  });
});

test("errors that belong to no field become a message for the whole form", () => {
  expect(faultsOf(invalid("/body/urls"), ["url"])).toEqual({ fields: {}, whole: "The request is not valid." });
  expect(faultsOf(new Problem("not-found", "Gone."), ["url"])).toEqual({ fields: {}, whole: "Gone." });
  expect(faultsOf(new Error("no server"), ["url"])).toEqual({ fields: {}, whole: "no server" });
});

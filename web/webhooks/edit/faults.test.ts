import { expect, test } from "vitest";
import { Problem } from "../../../contract/problems.ts";
import { faultsOf } from "./faults.ts";

const invalid = (...pointers: string[]) =>
  new Problem("invalid-request", "All of it.", {
    extra: { errors: pointers.map((pointer) => ({ pointer, detail: `wrong: ${pointer}` })) },
  });

test("each fault stands at its field, the first of each", () => {
  expect(faultsOf(invalid("/body/url", "/body/url", "/body/headers/host"), ["url", "headers"])).toEqual({
    fields: { url: "wrong: /body/url", headers: "wrong: /body/headers/host" },
    whole: "",
  });
});

test("what belongs to no field is said as a whole", () => {
  expect(faultsOf(invalid("/body/urls"), ["url"])).toEqual({ fields: {}, whole: "All of it." });
  expect(faultsOf(new Problem("not-found", "Gone."), ["url"])).toEqual({ fields: {}, whole: "Gone." });
  expect(faultsOf(new Error("no server"), ["url"])).toEqual({ fields: {}, whole: "no server" });
});

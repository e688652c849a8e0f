import { expect, test } from "vitest";
import { Problem } from "../../../contract/problems.ts";
import { bodyOf, emptyForm, faultsOf } from "./new-product.ts";

test("empty attribute lines are not sent", () => {
  const attributes = [
    { name: " price ", value: "5" },
    { name: "", value: "x" },
    { name: "size", value: "" },
  ];
  expect(bodyOf({ ...emptyForm(), sku: "A", name: "Lamp", attributes }).attributes).toEqual({ price: "5" });
});

test("the form begins with the defaults of the API", () => {
  expect(emptyForm()).toMatchObject({ sku: "", name: "", description: "", active: true, attributes: [] });
  expect(bodyOf({ ...emptyForm(), sku: "A", name: "Lamp" })).toMatchObject({
    sku: "A",
    name: "Lamp",
    description: "",
    active: true,
    attributes: {},
  });
});

test("errors are assigned to their fields", () => {
  const errors = [
    { pointer: "/body/sku", detail: "It is empty." },
    { pointer: "/name", detail: "Too long." },
    { pointer: "/name", detail: "And odd." },
    { pointer: "/body/attributes/Net~1weight", detail: "Not a text." },
    { pointer: "/headers/x", detail: "Strange." },
  ];
  expect(faultsOf(new Problem("invalid-request", "Look.", { extra: { errors } }))).toEqual({
    sku: "It is empty.",
    name: "Too long. And odd.",
    "attributes.Net/weight": "Not a text.",
    "": "Strange.",
  });
});

test("a problem without pointers belongs to the whole form, a taken SKU to its field", () => {
  expect(faultsOf(new Problem("internal-error", "Oops."))).toEqual({ "": "Oops." });
  expect(faultsOf(new Problem("sku-taken", "It is lamp-1's."))).toEqual({ sku: "It is lamp-1's." });
});

import { expect, test } from "vitest";
import { list_changesets } from "./changesets/changesets.ts";
import { put_product } from "./catalog/edit-products.ts";
import { bulk_request } from "./changesets/operations.ts";
import { create_webhook_body } from "./webhooks/webhooks.ts";

const of = (text: string): [unknown, { success: boolean }][] => [
  ["actor", list_changesets.schema.querystring.safeParse({ actor: text })],
  ["reason of an edit", put_product.schema.querystring.safeParse({ reason: text })],
  ["reason of a bulk change", bulk_request.safeParse({ action: "activate", filter: {}, reason: text })],
  ["description", create_webhook_body.safeParse({ url: "https://a.example/", description: text })],
];

test.each(["a\0b", "\ud800", "a\udfffb"])("%j is refused in every string that is stored or compared", (text) => {
  for (const [name, { success }] of of(text)) expect([name, success]).toEqual([name, false]);
});

test("other strings are accepted", () => {
  for (const [name, { success }] of of("Größe 😀\t\u0001")) expect([name, success]).toEqual([name, true]);
});

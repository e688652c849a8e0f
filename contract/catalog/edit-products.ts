// The wire of changing one product: create, replace, change, delete, and what it was before.
import { z } from "zod";
import { changeset_kind } from "../changesets/changeset-kinds.ts";
import { endpoint } from "../endpoint.ts";
import { next_cursor, pageQuery } from "../paging.ts";
import { problem_document } from "../problem-document.ts";
import { MAX_NAME_CHARACTERS, MAX_SKU_CHARACTERS, MAX_TEXT_BYTES } from "./product-limits.ts";
import { product } from "./products.ts";
import { isStorable, NOT_STORABLE } from "../stored-text.ts";

/** A product's values as they are stored. */
export const product_values = product
  .pick({ sku: true, name: true, description: true, active: true, attributes: true })
  .meta({ id: "ProductValues" });
export type ProductValues = z.infer<typeof product_values>;

// What bodies are made of. The server checks them by the import's rules, all faults at once; these say it to people and tools.
const sku = z
  .string()
  .min(1)
  .max(1000)
  .describe(`At most ${MAX_SKU_CHARACTERS} characters; surrounding white space is removed`);
const name = z.string().min(1).max(MAX_NAME_CHARACTERS);
const description = z.string().max(MAX_TEXT_BYTES);
const attributes = z.record(z.string().min(1), z.string()).describe("Texts by name; an empty text is no attribute");

export const new_product = z
  .object({
    sku,
    name,
    description: description.default(""),
    active: z.boolean().default(true),
    attributes: attributes.default({}),
  })
  .strict()
  .meta({ id: "NewProduct" });

export const product_replacement = new_product
  .extend({ sku: sku.optional().describe("Another spelling of the address's SKU; to rename a product use PATCH") })
  .strict()
  .meta({ id: "ProductReplacement" });

export const product_patch = z
  .object({
    sku: sku.optional().describe("Renames the product; its id and history stay"),
    name: name.optional(),
    description: description.nullable().optional(),
    active: z.boolean().optional(),
    attributes: z
      .record(z.string().min(1), z.string().nullable())
      .nullable()
      .optional()
      .describe("By name: a text sets, null removes; what is not named stays. null = remove all"),
  })
  .strict()
  .meta({ id: "ProductPatch" });
export type ProductPatch = z.input<typeof product_patch>;

const sku_params = z.object({ sku: z.string().min(1).max(1000) });
const why = z
  .object({
    reason: z
      .string()
      .min(1)
      .max(1000)
      .regex(/^[^\0]*$/, "takes no NUL character")
      .refine(isStorable, NOT_STORABLE)
      .optional()
      .describe("Why; it is kept with the changeset"),
  })
  .strict();
const entity_tags = z.string().max(1000);
const if_match = entity_tags
  .optional()
  .describe('`"<id>-<version>"` (the ETag) of the product as you know it: 412 if it is another by now');
const headers = z.looseObject({ "if-match": if_match });
const problems = { 400: problem_document, 404: problem_document, 412: problem_document };
const body_problems = { 413: problem_document, 415: problem_document };

export const create_product = endpoint({
  method: "POST",
  url: "/api/products",
  access: "editor",
  schema: {
    operationId: "create_product",
    summary: "Create a product",
    description: "409 with a link to the product that has the SKU already, in whatever case.",
    tags: ["products"],
    querystring: why,
    body: new_product,
    response: { 201: product, 400: problem_document, 409: problem_document, ...body_problems },
  },
});

export const put_product = endpoint({
  method: "PUT",
  url: "/api/products/:sku",
  access: "editor",
  schema: {
    operationId: "put_product",
    summary: "Create or replace a product",
    description:
      "What the body leaves out gets its default. `If-None-Match: *` only creates, `If-Match` only replaces. A replacement " +
      "by the same makes no version.",
    tags: ["products"],
    params: sku_params,
    headers: headers.extend({
      "if-none-match": entity_tags.optional().describe("`*`: only if there is no such product"),
    }),
    querystring: why,
    body: product_replacement,
    response: { 200: product, 201: product, 400: problem_document, 412: problem_document, ...body_problems },
  },
});

export const patch_product = endpoint({
  method: "PATCH",
  url: "/api/products/:sku",
  access: "editor",
  schema: {
    operationId: "patch_product",
    summary: "Change a product (JSON Merge Patch, RFC 7396)",
    description:
      "Takes `application/merge-patch+json` and `application/json`. Without `If-Match` the fields named here win over what " +
      "others did meanwhile, and the others stay. A patch that changes nothing makes no version. 409 if the new SKU is taken.",
    tags: ["products"],
    body_types: ["application/merge-patch+json", "application/json"],
    params: sku_params,
    headers,
    querystring: why,
    body: product_patch,
    response: { 200: product, 409: problem_document, ...problems, ...body_problems },
  },
});

export const product_deletion = z
  .object({
    sku: z.string(),
    id: z.int(),
    version: z.int().describe("The version that the deletion is"),
    changeset_id: z.int().describe("Undo it to have the product back"),
  })
  .meta({ id: "ProductDeletion" });

export const delete_product = endpoint({
  method: "DELETE",
  url: "/api/products/:sku",
  access: "editor",
  schema: {
    operationId: "delete_product",
    summary: "Delete a product",
    tags: ["products"],
    params: sku_params,
    headers,
    querystring: why,
    response: { 200: product_deletion, ...problems },
  },
});

export const CHANGES = ["created", "updated", "deleted"] as const;
export const product_change_kind = z.enum(CHANGES);

/** What differs, by field; an attribute as `attributes.<Name>`. */
export const field_changes = z
  .record(z.string(), z.object({ before: z.unknown(), after: z.unknown() }))
  .describe("What differs, by field; an attribute as `attributes.<Name>`; null = not there");
export type FieldChanges = z.infer<typeof field_changes>;

const instant = z.iso.datetime({ offset: true });

/** One version of a product, and who made it of what. */
export const product_version = z
  .object({
    version: z.int(),
    change: product_change_kind.describe("`created`: also a deleted product that came back"),
    at: instant,
    changeset: z.object({
      id: z.int(),
      kind: changeset_kind,
      actor: z.string(),
      reason: z.string().nullable(),
      import_id: z.int().nullable(),
      filename: z.string().nullable().describe("Of the imported file, where it was an import"),
    }),
    source_line: z.int().nullable().describe("Line of the imported file"),
    fields: field_changes.nullable().describe("null = the version before is no longer kept"),
    product: product_values.nullable().describe("The product as this version has it; null = deleted"),
  })
  .meta({ id: "ProductVersion" });
export type ProductVersion = z.infer<typeof product_version>;

export const get_product_history = endpoint({
  method: "GET",
  url: "/api/products/:sku/history",
  access: "viewer",
  schema: {
    operationId: "get_product_history",
    summary: "Show every version of a product, the newest first",
    description:
      "Of the product that has the SKU; else of the one that had it last, deleted or renamed since. Earlier spellings and " +
      "names of the SKU belong to it.",
    tags: ["products"],
    params: sku_params,
    querystring: z
      .object({
        id: z.coerce
          .number()
          .int()
          .min(1)
          .max(Number.MAX_SAFE_INTEGER)
          .optional()
          .describe("One of `other_ids`: another product that had this SKU"),
        ...pageQuery({ limit: 50, max: 200 }),
      })
      .strict(),
    response: {
      200: z.object({
        id: z.int(),
        sku: z.string().describe("As it is now, or was last"),
        exists: z.boolean(),
        other_ids: z.array(z.int()).describe("Products that had this SKU at other times, the newest first"),
        items: z.array(product_version),
        next_cursor,
      }),
      400: problem_document,
      404: problem_document,
    },
  },
});

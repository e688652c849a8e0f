// Endpoints of one product: create, replace, change, delete, history.
import { z } from "zod";
import { changeset_kind } from "../changesets/changeset-kinds.ts";
import { endpoint } from "../endpoint.ts";
import { next_cursor, pageQuery } from "../paging.ts";
import { problem_document, read_problems } from "../problem-document.ts";
import { MAX_LIST_ELEMENTS } from "./attribute-value.ts";
import { MAX_NAME_CHARACTERS, MAX_SKU_CHARACTERS, MAX_TEXT_BYTES } from "./product-limits.ts";
import { product } from "./products.ts";
import { isStorable, NOT_STORABLE } from "../stored-text.ts";

/** The stored values of a product. */
export const product_values = product
  .pick({ sku: true, name: true, description: true, active: true, parent_sku: true, attributes: true })
  .meta({ id: "ProductValues" });
export type ProductValues = z.infer<typeof product_values>;

// These schemas only document the bodies. The server validates bodies with the rules of imports, and reports all faults together.
const sku = z
  .string()
  .min(1)
  .max(1000)
  .describe(`SKU of at most ${MAX_SKU_CHARACTERS} characters; surrounding white space is removed`);
const name = z.string().min(1).max(MAX_NAME_CHARACTERS);
const description = z.string().max(MAX_TEXT_BYTES);
const parent_sku = z
  .string()
  .max(1000)
  .describe(
    `SKU of the product's parent, of at most ${MAX_SKU_CHARACTERS} characters; the parent need not exist; an empty string = the product has no parent`,
  );
const attribute_value = z
  .union([z.string(), z.array(z.string().min(1)).max(MAX_LIST_ELEMENTS)])
  .describe(
    `A string or a list of strings, of at most ${MAX_TEXT_BYTES.toLocaleString("en")} bytes; the elements of a list must not be empty`,
  );
const attributes = z
  .record(z.string().min(1), attribute_value)
  .describe(
    "Attribute values by attribute name; an attribute whose value is an empty string or an empty list is not stored",
  );

export const new_product = z
  .object({
    sku,
    name,
    description: description.default(""),
    active: z.boolean().default(true),
    parent_sku: parent_sku.default(""),
    attributes: attributes.default({}),
  })
  .strict()
  .meta({ id: "NewProduct" });

export const product_replacement = new_product
  .extend({
    sku: sku
      .optional()
      .describe("The same SKU as in the URL; only upper and lower case may differ. Use PATCH to rename a product"),
  })
  .strict()
  .meta({ id: "ProductReplacement" });

export const product_patch = z
  .object({
    sku: sku.optional().describe("New SKU of the product; the product keeps its id and history"),
    name: name.optional(),
    description: description.nullable().optional(),
    active: z.boolean().optional(),
    parent_sku: parent_sku.nullable().optional(),
    attributes: z
      .record(z.string().min(1), attribute_value.nullable())
      .nullable()
      .optional()
      .describe(
        "New attribute values by attribute name. null as a value removes the attribute; attributes that are not " +
          "listed stay unchanged. null instead of the object removes all attributes",
      ),
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
      .regex(/^[^\0]*$/, "a NUL character is not allowed")
      .refine(isStorable, NOT_STORABLE)
      .optional()
      .describe("Reason for the change, stored with the changeset"),
  })
  .strict();
const entity_tags = z.string().max(1000);
const if_match = entity_tags
  .optional()
  .describe(
    'ETag of the product that you read, `"<id>-<version>"`. If the product has changed since then, the response is 412',
  );
const headers = z.looseObject({ "if-match": if_match });
const problems = { ...read_problems, 412: problem_document };
const body_problems = { 413: problem_document, 415: problem_document };

export const create_product = endpoint({
  method: "POST",
  url: "/api/products",
  access: "editor",
  scope: "edit",
  schema: {
    operationId: "create_product",
    summary: "Create a product",
    description: "Returns 409 with a link to the existing product if the SKU is taken. SKUs are not case-sensitive.",
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
  scope: "edit",
  schema: {
    operationId: "put_product",
    summary: "Create or replace a product",
    description:
      "Omitted fields get their defaults. A request with `If-None-Match: *` only creates a product; a request " +
      "with `If-Match` only replaces an existing product. Replacing a product with the same values creates no version.",
    tags: ["products"],
    params: sku_params,
    headers: headers.extend({
      "if-none-match": entity_tags.optional().describe("`*`: create the product only if it does not exist"),
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
  scope: "edit",
  schema: {
    operationId: "patch_product",
    summary: "Change a product (JSON Merge Patch, RFC 7396)",
    description:
      "Accepts `application/merge-patch+json` and `application/json`. Without `If-Match`, the given fields " +
      "overwrite concurrent changes; other fields stay unchanged. A patch that changes nothing creates no " +
      "version. Returns 409 if another product has the new SKU.",
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
    version: z.int().describe("Number of the version that the deletion created"),
    changeset_id: z.int().describe("Id of the changeset of the deletion; undo this changeset to restore the product"),
  })
  .meta({ id: "ProductDeletion" });

export const delete_product = endpoint({
  method: "DELETE",
  url: "/api/products/:sku",
  access: "editor",
  scope: "edit",
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

/** Changed fields with their values before and after. */
export const field_changes = z
  .record(z.string(), z.object({ before: z.unknown(), after: z.unknown() }))
  .describe(
    "Changed fields with their values before and after; null = the field had no value. Attributes are named " +
      "`attributes.<Name>`",
  );
export type FieldChanges = z.infer<typeof field_changes>;

const instant = z.iso.datetime({ offset: true });

/** One version of a product, with its changeset and its differences from the previous version. */
export const product_version = z
  .object({
    version: z.int(),
    change: product_change_kind.describe("Kind of change; `created` also means that a deleted product was restored"),
    at: instant,
    changeset: z.object({
      id: z.int(),
      kind: changeset_kind,
      actor: z.string(),
      reason: z.string().nullable(),
      import_id: z.int().nullable(),
      filename: z
        .string()
        .nullable()
        .describe("If an import made the change: name of the imported file; otherwise null"),
    }),
    source_line: z.int().nullable().describe("If an import made the change: line of the imported file; otherwise null"),
    fields: field_changes
      .nullable()
      .describe("Differences from the previous version; null = the previous version has been purged"),
    product: product_values
      .nullable()
      .describe("Values of the product in this version; null = the product was deleted"),
  })
  .meta({ id: "ProductVersion" });
export type ProductVersion = z.infer<typeof product_version>;

export const get_product_history = endpoint({
  method: "GET",
  url: "/api/products/:sku/history",
  access: "viewer",
  scope: "read",
  schema: {
    operationId: "get_product_history",
    summary: "List the versions of a product, newest first",
    description:
      "Shows the history of the product with this SKU. If no product has this SKU now, shows the history of the last " +
      "product that had it. Includes the versions in which the product had other SKUs.",
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
          .describe("Id of another product that once had this SKU, from `other_ids`"),
        ...pageQuery({ limit: 50, max: 200 }),
      })
      .strict(),
    response: {
      200: z.object({
        id: z.int(),
        sku: z.string().describe("Current SKU of the product, or its last SKU if it was deleted"),
        exists: z.boolean(),
        other_ids: z.array(z.int()).describe("Ids of other products that once had this SKU, newest first"),
        items: z.array(product_version),
        next_cursor,
      }),
      ...read_problems,
    },
  },
});

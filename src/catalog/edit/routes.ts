// HTTP routes that create, replace, change and delete one product.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { patchProduct, readProductBody } from "./validate-product.ts";
import { createEditor, skuTaken, type Author, type Edit, type Edited } from "./edit-product.ts";
import { checkPreconditions, type Preconditions } from "./precondition.ts";
import { skuKey } from "../product/sku-key.ts";
import { productPath } from "../../../contract/catalog/product-path.ts";
import { create_product, delete_product, patch_product, put_product } from "../../../contract/catalog/edit-products.ts";
import { decodeJsonBody } from "../../../contract/json-bounds.ts";
import { Problem } from "../../../contract/problems.ts";
import { etagOf, type Product } from "../../../contract/catalog/products.ts";

/** Maximum size of a request body. A value may have 1 MB, and JSON takes up to six bytes for each character. */
const BODY_LIMIT = 8 << 20;

export function editRoutes(instance: FastifyInstance, { pool }: { pool: pg.Pool }): void {
  instance.register((scope, _options, done) => {
    // Fastify's parser rejects members named __proto__. This parser keeps them, which is safe because no code here copies members by
    // assignment.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      ["application/json", "application/merge-patch+json"],
      { parseAs: "buffer", bodyLimit: BODY_LIMIT },
      (_request, body, parsed) => {
        try {
          parsed(null, parseBody(body as Buffer));
        } catch (error) {
          parsed(error as Problem);
        }
      },
    );
    // The handlers validate request bodies with the rules of imports and report all faults of a body together. The schema of the body is
    // used for documentation only.
    scope.setValidatorCompiler((part) =>
      part.httpPart === "body" ? (value: unknown) => ({ value }) : validatorCompiler(part as never),
    );
    const edit = createEditor(pool);
    createRoute(scope, edit);
    putRoute(scope, edit);
    patchRoute(scope, edit);
    deleteRoute(scope, edit);
    done();
  });
}

function parseBody(bytes: Buffer): unknown {
  const text = decodeJsonBody(bytes);
  // A DELETE request may have the content type JSON and no body.
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new Problem("invalid-request", `The request body is not valid JSON: ${(cause as Error).message}.`, { cause });
  }
}

function createRoute(scope: FastifyInstance, edit: Edit): void {
  scope.withTypeProvider<ZodTypeProvider>().route({
    ...create_product,
    bodyLimit: BODY_LIMIT,
    handler: async (request, reply) => {
      const values = readProductBody(request.body);
      const edited = await edit(skuKey(values.sku), authorOf(request), (current) => {
        if (current !== undefined) throw skuTaken(current.sku);
        return values;
      });
      return answer(reply, edited);
    },
  });
}

function putRoute(scope: FastifyInstance, edit: Edit): void {
  scope.withTypeProvider<ZodTypeProvider>().route({
    ...put_product,
    bodyLimit: BODY_LIMIT,
    handler: async (request, reply) => {
      const values = readProductBody(request.body, request.params.sku);
      const edited = await edit(skuKey(values.sku), authorOf(request), (current) => {
        checkPreconditions(values.sku, current, preconditionsOf(request));
        return values;
      });
      return answer(reply, edited);
    },
  });
}

function patchRoute(scope: FastifyInstance, edit: Edit): void {
  scope.withTypeProvider<ZodTypeProvider>().route({
    ...patch_product,
    bodyLimit: BODY_LIMIT,
    handler: async (request, reply) => {
      const edited = await edit(keyOf(request.params.sku), authorOf(request), (current) => {
        const product = found(current, request.params.sku);
        checkPreconditions(product.sku, product, preconditionsOf(request));
        return patchProduct(product, request.body);
      });
      return answer(reply, edited);
    },
  });
}

function deleteRoute(scope: FastifyInstance, edit: Edit): void {
  scope.withTypeProvider<ZodTypeProvider>().route({
    ...delete_product,
    handler: async (request) => {
      const edited = await edit(keyOf(request.params.sku), authorOf(request), (current) => {
        const product = found(current, request.params.sku);
        checkPreconditions(product.sku, product, preconditionsOf(request));
        return null;
      });
      if (edited.change !== "deleted") throw new TypeError("the edit did not delete the product");
      const { sku, id, version } = edited.product;
      return { sku, id, version: version + 1, changeset_id: edited.changeset_id };
    },
  });
}

function answer(reply: FastifyReply, { change, product }: Edited): Product {
  reply.header("etag", etagOf(product));
  if (change === "created") reply.code(201).header("location", productPath(product.sku));
  return product;
}

/** Returns the key of a SKU. No product has a SKU with a NUL character, because PostgreSQL's text type rejects NUL.
 * @throws Problem not-found if the SKU contains a NUL character */
function keyOf(sku: string): string {
  if (sku.includes("\0")) throw noSuchProduct(sku);
  return skuKey(sku);
}

function found(current: Product | undefined, sku: string): Product {
  if (current === undefined) throw noSuchProduct(sku);
  return current;
}

const noSuchProduct = (sku: string): Problem => new Problem("not-found", `No product has the SKU "${sku}".`);

const authorOf = ({
  actor,
  query,
}: Pick<FastifyRequest, "actor"> & { query: { reason?: string | undefined } }): Author => ({
  actor,
  reason: query.reason,
});

const preconditionsOf = ({ headers }: Pick<FastifyRequest, "headers">): Preconditions => ({
  if_match: headers["if-match"],
  if_none_match: headers["if-none-match"],
});

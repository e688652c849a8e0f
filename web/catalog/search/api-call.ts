// The current list as an API call, for use in scripts.
import { address } from "../../../client/address.ts";
import { list_products } from "../../../contract/catalog/products.ts";
import type { ListRequest } from "../rows/list-request.ts";

export const listUrl = (request: ListRequest, origin: string): string =>
  address(list_products, { querystring: { ...request, limit: 200 } }, origin);

/** A curl command for the URL, which is quoted so that the shell does not interpret it. */
export const asCurl = (url: string): string => `curl ${shellQuote(url)}`;

const shellQuote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

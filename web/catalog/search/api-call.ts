// The list that is shown as a call of the API, for whoever wants it in a script.
import { address } from "../../../client/address.ts";
import { list_products } from "../../../contract/catalog/products.ts";
import type { ListRequest } from "../rows/list-request.ts";

export const listUrl = (request: ListRequest, origin: string): string =>
  address(list_products, { querystring: { ...request, limit: 200 } }, origin);

/** For a shell: quoted so that nothing in it is the shell's. */
export const asCurl = (url: string): string => `curl ${shellQuote(url)}`;

const shellQuote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

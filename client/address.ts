// Builds the URL of a request from an endpoint, its path parameters and its query string.
import { skuSegment } from "../contract/catalog/product-path.ts";

/** Leaves out members of `querystring` that are undefined. */
export function address(
  endpoint: { url: string },
  { params = {}, querystring = {} }: { params?: unknown; querystring?: unknown },
  baseUrl = "",
): string {
  const given = params as Record<string, unknown>;
  const path = endpoint.url.replace(/:(\w+)/g, (_, name: string) => {
    if (given[name] === undefined) throw new TypeError(`${endpoint.url} requires the parameter ${name}`);
    const text = asText(given[name]);
    return name === "sku" ? skuSegment(text) : encodeURIComponent(text);
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(querystring as Record<string, unknown>)) {
    if (value !== undefined) query.append(name, asText(value));
  }
  const search = query.toString();
  return baseUrl.replace(/\/+$/, "") + path + (search === "" ? "" : `?${search}`);
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  throw new TypeError(
    `A parameter must be a string, a number, a boolean or an object, not a value of type ${typeof value}`,
  );
}

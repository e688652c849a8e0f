// Where an endpoint is: its URL with the parameters filled in. The only place that builds one.
/** `:name` segments are filled from `params`; members of `querystring` that are undefined are left out. */
export function address(
  endpoint: { url: string },
  { params = {}, querystring = {} }: { params?: unknown; querystring?: unknown },
  baseUrl = "",
): string {
  const given = params as Record<string, unknown>;
  const path = endpoint.url.replace(/:(\w+)/g, (_, name: string) => {
    if (given[name] === undefined) throw new TypeError(`${endpoint.url} wants the parameter ${name}`);
    return encodeURIComponent(asText(given[name]));
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
  throw new TypeError(`A parameter is text, a number or a boolean, not ${typeof value}`);
}

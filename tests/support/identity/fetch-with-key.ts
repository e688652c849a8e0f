// Makes `fetch` send an administrator's key to the servers of the test file, as `inject` of `createTestApp` does. A request that has a
// header `authorization` or `cookie` stays as it is; with an empty `authorization`, it has no credential.
const keys = new Map<string, string>();

/** From now on, `fetch` sends the key to the server at `baseUrl`. */
export function useKey(baseUrl: string, key: string): void {
  keys.set(new URL(baseUrl).origin, key);
}

/** Returns the options of the client with the URL and the key of the server, for uploads, which do not use `fetch`. */
export const withKey = (baseUrl: string): { base_url: string; key?: string } => {
  const key = keys.get(new URL(baseUrl).origin);
  return key === undefined ? { base_url: baseUrl } : { base_url: baseUrl, key };
};

/** Returns the header with the key of the server, for requests that do not use `fetch`. */
export function authorizationFor(baseUrl: string): { authorization?: string } {
  const key = keys.get(new URL(baseUrl).origin);
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

const { fetch: fetchWithoutKey } = globalThis;

globalThis.fetch = (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : {}));
  if (headers.get("authorization") === "") headers.delete("authorization");
  else if (URL.canParse(url) && !headers.has("authorization") && !headers.has("cookie")) {
    const { authorization } = authorizationFor(url);
    if (authorization !== undefined) headers.set("authorization", authorization);
  }
  return fetchWithoutKey(input, { ...init, headers });
};

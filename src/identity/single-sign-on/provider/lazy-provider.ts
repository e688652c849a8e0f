// Loads openid-client at the first sign-in, so that no server without single sign-on, and no start of a server, waits for it.
import type { Provider } from "./provider-contract.ts";
import type { SingleSignOnSettings } from "../settings.ts";

export function lazyProvider(settings: SingleSignOnSettings): Provider {
  let loading: Promise<Provider> | undefined;
  const load = (): Promise<Provider> =>
    (loading ??= import("./provider.ts").then(({ createProvider }) => createProvider(settings)));
  return {
    urlFor: async (...given) => (await load()).urlFor(...given),
    claimsOf: async (...given) => (await load()).claimsOf(...given),
  };
}

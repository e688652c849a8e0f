// The role and scope that a route requires. Routes of the contract declare their requirements; the few other routes are listed here.
import type { FastifyInstance, RouteOptions } from "fastify";
import type { Access, Endpoint, Scope } from "../../../contract/endpoint.ts";

export interface RouteAccess {
  role: Access;
  scope: Scope;
  /** The route concerns the account or the session of the sender, so it needs a session. */
  is_own_account: boolean;
  recent_sign_in: NonNullable<Endpoint["recent_sign_in"]> | undefined;
}

declare module "fastify" {
  interface FastifyContextConfig {
    access?: RouteAccess;
  }
}

const READ: RouteAccess = { role: "viewer", scope: "read", is_own_account: false, recent_sign_in: undefined };
const PUBLIC: RouteAccess = { role: "public", scope: "none", is_own_account: false, recent_sign_in: undefined };

/** Requirements of routes that are not part of the contract, by the beginning of the path. The files of the page that the sign-in page
 * needs are public; they are the same in every installation. */
const OTHER_ROUTES: readonly [prefix: RegExp, access: RouteAccess][] = [
  [/^\/docs(\/|$)/, READ],
  [/^\/openapi\.json$/, READ],
  [/^\/metrics$/, READ],
  [/^\/assets\//, PUBLIC],
  [/^\/favicon/, PUBLIC],
];

/** Tags of the routes that concern the sender's own account, if they need a session. */
const OWN_TAGS: ReadonlySet<string> = new Set(["account", "sign-in"]);

/** Stores the requirements of each route that is registered from now on.
 * @throws Error for a route of the API that declares none */
export function declareAccess(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    route.config = { ...route.config, access: accessOf(route) };
  });
}

function accessOf(route: RouteOptions & Partial<Pick<Endpoint, "access" | "scope" | "recent_sign_in">>): RouteAccess {
  const { access: role, scope, recent_sign_in, url } = route;
  if (role !== undefined && scope !== undefined) {
    const { tags = [] } = (route.schema ?? {}) as Partial<Endpoint["schema"]>;
    return {
      role,
      scope,
      is_own_account: scope === "session" && tags.some((tag) => OWN_TAGS.has(tag)),
      recent_sign_in,
    };
  }
  const found = OTHER_ROUTES.find(([prefix]) => prefix.test(url));
  if (found !== undefined) return found[1];
  if (/^\/(api|health)(\/|$)/.test(url)) throw new Error(`${String(route.method)} ${url} declares no role and scope`);
  // All other URLs are files of the page.
  return READ;
}

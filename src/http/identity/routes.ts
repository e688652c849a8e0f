// HTTP routes of sign-in, accounts, users, API keys and the audit log.
import type { FastifyInstance } from "fastify";
import { accountRoutes } from "./account-routes.ts";
import { auditRoutes } from "./audit-routes.ts";
import type { IdentityRoutesContext } from "./context.ts";
import { keyRoutes } from "./key-routes.ts";
import { secondFactorRoutes } from "./second-factor-routes.ts";
import { signInRoutes } from "./sign-in-routes.ts";
import { singleSignOnRoutes } from "./single-sign-on-routes.ts";
import { userRoutes } from "./user-routes.ts";

export function identityRoutes(app: FastifyInstance, context: IdentityRoutesContext): void {
  signInRoutes(app, context);
  singleSignOnRoutes(app, context);
  accountRoutes(app, context);
  secondFactorRoutes(app, context);
  userRoutes(app, context);
  keyRoutes(app, context);
  auditRoutes(app, context);
}

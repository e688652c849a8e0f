// HTTP route of the audit log.
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { decodeIntegerCursor, toPage } from "../../cursor.ts";
import { listAudit } from "../../identity/audit/audit.ts";
import type { IdentityRoutesContext } from "./context.ts";
import { instantOf } from "../../utc-instant.ts";
import { list_audit } from "../../../contract/identity/audit.ts";

export function auditRoutes(instance: FastifyInstance, { pool }: IdentityRoutesContext): void {
  instance.withTypeProvider<ZodTypeProvider>().route({
    ...list_audit,
    handler: async ({ query: { limit, cursor, since, until, ...filter } }) => {
      const times = { since: instantOf(since), until: instantOf(until) };
      const before = decodeIntegerCursor("audit", cursor);
      const found = await listAudit(pool, { ...filter, ...times }, { before, limit: limit + 1 });
      return toPage("audit", found, limit, ({ id }) => [id]);
    },
  });
}

// The filter of the audit log.
import { AUDIT_ACTIONS, type AuditAction } from "../../contract/identity/audit.ts";
import { parseWhoAndWhen, type WhoAndWhen } from "../server/filter/who-and-when.ts";

export interface AuditFilter extends WhoAndWhen {
  action?: AuditAction;
}

/** Parses the filter from the query of an address; unknown values are ignored. */
export function parseFilter(query: Record<string, unknown>): AuditFilter {
  const action = AUDIT_ACTIONS.find((value) => value === query["action"]);
  return { ...(action === undefined ? {} : { action }), ...parseWhoAndWhen(query) };
}

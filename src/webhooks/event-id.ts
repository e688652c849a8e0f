// The public ids of events: the same on every attempt and in the feed, and another's at no other installation.
import type { Queryable } from "../db/connection/connect.ts";

export async function readEventPrefix(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ prefix: string }>("select prefix from webhook_source");
  return (rows[0] as { prefix: string }).prefix;
}

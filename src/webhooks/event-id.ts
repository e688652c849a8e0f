// Reads the prefix of public event ids, which is unique per installation. An event has the same id in all attempts and in the
// feed.
import type { Queryable } from "../db/connection/connect.ts";

export async function readEventPrefix(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ prefix: string }>("select prefix from webhook_source");
  return (rows[0] as { prefix: string }).prefix;
}

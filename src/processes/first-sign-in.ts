// Prepares the sign-in of a server that starts: the first user, the key for programs of this account, and the first link.
import type { Logger } from "pino";
import type pg from "pg";
import { createLocalKey, type LocalKey } from "../identity/keys/local-key.ts";
import { createFirstLink } from "../identity/links/first-link.ts";
import { createFirstUser } from "../identity/users/first-user.ts";
import { canAdministratorSignIn, firstAdministrator } from "../identity/users/store.ts";

/** Creates the first user, if there are no users, and the file local.key. Call it before other programs learn the URL of the server. */
export async function prepareSignIn(pool: pg.Pool, dataDir: string, log: Logger): Promise<LocalKey> {
  await createFirstUser(pool);
  const { key, remove } = await createLocalKey(pool, dataDir);
  return {
    key,
    remove: () =>
      remove().catch((err: unknown) => {
        log.warn({ err }, "cannot delete the key of the data folder; the next start replaces it");
      }),
  };
}

export interface Announcement {
  stdout: Pick<NodeJS.WriteStream, "write"> & { isTTY?: boolean };
  log: Logger;
  password_sign_in: boolean;
}

/** Shows how the first administrator signs in, unless an administrator can sign in already. A link is only written to a terminal: a log or
 * a file could be read by others.
 * @param origin URL under which users open the server */
export async function announceFirstSignIn(
  pool: pg.Pool,
  origin: string,
  { stdout, log, password_sign_in }: Announcement,
): Promise<void> {
  if ((await firstAdministrator(pool)) === undefined)
    log.warn("no administrator is enabled; `skuport users rescue NAME --make-admin` enables or creates one");
  else if (!stdout.isTTY) {
    if (!(await canAdministratorSignIn(pool)))
      log.info(
        `no administrator can sign in yet; \`skuport users ${password_sign_in ? "link admin" : "rescue"}\` prints a link`,
      );
  } else await printFirstLink(pool, origin, stdout);
}

async function printFirstLink(pool: pg.Pool, origin: string, stdout: Pick<NodeJS.WriteStream, "write">): Promise<void> {
  const token = await createFirstLink(pool);
  if (token === undefined) return;
  stdout.write(
    `\nOpen this link to sign in. It works once, within 10 minutes:\n\n  ${origin}/sign-in#link=${token}\n\n`,
  );
}

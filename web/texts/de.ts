// German texts, loaded when German is selected.
import { account } from "./de/account.ts";
import { audit } from "./de/audit.ts";
import { catalog } from "./de/catalog.ts";
import { changesets } from "./de/changesets.ts";
import { imports } from "./de/imports.ts";
import { mapping } from "./de/mapping.ts";
import { profiles } from "./de/profiles.ts";
import { ui } from "./de/ui.ts";
import { settings } from "./de/settings.ts";
import { shell } from "./de/shell.ts";
import { signIn } from "./de/sign-in.ts";
import { users } from "./de/users.ts";
import { webhooks } from "./de/webhooks.ts";
export { server } from "./de/server.ts";
export { zodGerman } from "./de/zod.ts";
import type { english } from "./en.ts";
import type { Shape } from "./shape.ts";

export const german: Shape<typeof english> = {
  shell,
  ui,
  catalog,
  imports,
  mapping,
  profiles,
  changesets,
  webhooks,
  settings,
  sign_in: signIn,
  account,
  users,
  audit,
};

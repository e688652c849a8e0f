// English texts. They are always loaded, and define the keys for all other languages.
import { account } from "./en/account.ts";
import { audit } from "./en/audit.ts";
import { catalog } from "./en/catalog.ts";
import { changesets } from "./en/changesets.ts";
import { imports } from "./en/imports.ts";
import { mapping } from "./en/mapping.ts";
import { profiles } from "./en/profiles.ts";
import { ui } from "./en/ui.ts";
import { settings } from "./en/settings.ts";
import { shell } from "./en/shell.ts";
import { signIn } from "./en/sign-in.ts";
import { users } from "./en/users.ts";
import { webhooks } from "./en/webhooks.ts";

export const english = {
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
} as const;

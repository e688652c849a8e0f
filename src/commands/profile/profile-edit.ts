// `skuport profile edit`: opens the text of a profile in the user's editor and stores the result.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "../../../contract/problems.ts";
import { profileEtag } from "../../../contract/profiles/profile-names.ts";
import type { Profile } from "../../../contract/profiles/profiles.ts";
import { oneLine } from "../../terminal.ts";
import { needServer, oneArgument, type ProfileCall } from "./profile-call.ts";
import { BadProfileFile, parseProfile, profileText } from "./profile-file.ts";
import { readProfile, storeProfile } from "./profile-remote.ts";

export async function editProfile(given: ProfileCall): Promise<number> {
  const name = oneArgument(given, "edit NAME");
  needServer(given);
  const before = await findProfile(given, name);
  const folder = await mkdtemp(join(tmpdir(), "skuport-profile-"));
  const path = join(folder, "profile.json");
  const text = profileText(before?.definition ?? { profile: name, key: "sku", name: "name" });
  await writeFile(path, text, { mode: 0o600 });
  if (!(await openEditor(given, path))) {
    given.io.stderr.write(`The editor failed. The text is kept in ${path}.\n`);
    return 1;
  }
  const edited = await readFile(path, "utf8");
  if (edited === text && before !== undefined) {
    await rm(folder, { recursive: true });
    given.io.stdout.write("Nothing was changed.\n");
    return 0;
  }
  try {
    const stored = await storeProfile(given, name, parseProfile(edited, path), preconditionOf(before));
    await rm(folder, { recursive: true });
    given.io.stdout.write(`Stored the profile "${oneLine(stored.name)}", version ${stored.version}.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof Problem || error instanceof BadProfileFile)) throw error;
    given.io.stderr.write(
      `${error.message}\nNothing was stored. Your text is kept in ${path}. Correct it, then run: skuport profile import ${path}\n`,
    );
    return 1;
  }
}

async function findProfile(given: ProfileCall, name: string): Promise<Profile | undefined> {
  try {
    return await readProfile(given, name);
  } catch (error) {
    if (error instanceof Problem && error.slug === "not-found") return undefined;
    throw error;
  }
}

/** Refuses to overwrite a profile that another user has stored during the edit. */
const preconditionOf = (before: Profile | undefined): Record<string, string> =>
  before === undefined ? { "if-none-match": "*" } : { "if-match": profileEtag(before) };

/** @returns whether the editor exited without an error. $VISUAL and $EDITOR may contain arguments, such as `code --wait` */
async function openEditor({ io }: ProfileCall, path: string): Promise<boolean> {
  const editor = io.env["VISUAL"] ?? io.env["EDITOR"] ?? (process.platform === "win32" ? "notepad" : "vi");
  const child = spawn(`${editor} "${path}"`, { shell: true, stdio: "inherit", env: io.env });
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0;
}

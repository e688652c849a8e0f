// Determines what a preview of a held import reads: the file that the import has kept, and the import's options with the client's changes.
import { preparedPath, uploadedPath, type ImportContext } from "../context.ts";
import { answeredOptions, replacesProfile, type Answer } from "../held/answer.ts";
import { notHeld } from "../held/hold-import.ts";
import { overridesOf, withMembers } from "../options/overrides.ts";
import { readNamedProfile, withSeenColumns } from "../../profiles/known-profiles.ts";
import type { KnownProfile } from "../../profiles/select/select-profile.ts";
import { otherServer } from "../problems.ts";
import { noSuchImport, readImportWork, requireImport } from "../store.ts";
import type { PreviewSource } from "./profiled-head.ts";
import type { GivenOptions } from "../../../contract/imports/imports.ts";
import { problemType } from "../../../contract/problems.ts";

export interface HeldJob {
  source: PreviewSource;
  options: GivenOptions;
  profile: KnownProfile | null;
  /** Names of columns whose values in the whole file do not fit the field `active`, as the scan has found out. */
  unfit_active: string[];
}

/** @throws Problem not-found, not-held, other-server, no-such-profile, invalid-request */
export async function jobOfHeld(
  context: Pick<ImportContext, "pool" | "store">,
  id: number,
  answer: Answer,
): Promise<HeldJob> {
  const { pool } = context;
  const { state, problem, notices } = await requireImport(pool, id);
  if (state !== "held") throw notHeld(id, state);
  const work = await readImportWork(pool, id);
  if (work === undefined) throw noSuchImport(id);
  if (work.store_id !== null && work.store_id !== context.store.id) throw otherServer(work.filename);
  const options = answeredOptions(work.options, answer);
  const named = await readNamedProfile(pool, answer);
  const isKept = work.profile !== null && !replacesProfile(answer);
  const profile =
    isKept && work.profile !== null
      ? await withSeenColumns(pool, work.profile)
      : (named ?? (await readNamedProfile(pool, { profile: options.profile })));
  return {
    source: {
      kind: "kept",
      path: uploadedPath(context, work.file),
      text_path: preparedPath(context, work),
      // A scan that asks about the encoding has not read the table, so the stored dialect would be that of an older scan.
      dialect: problem?.type === problemType("encoding-in-doubt") ? null : work.dialect,
      overrides: withMembers(overridesOf(work.options), work),
    },
    options,
    profile,
    unfit_active: notices.flatMap(({ code, column }) =>
      code === "active_as_attribute" && column !== null ? [column] : [],
    ),
  };
}

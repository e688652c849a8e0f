// Reads the header of a file, and decides which profile the import uses and what the columns become.
import type { FileHandle } from "node:fs/promises";
import { retryTransient } from "../../../db/connection/connect.ts";
import { readChoices } from "../../choices/store.ts";
import { withHeaderLine } from "../../options/header-line.ts";
import { overridesOf, readsDifferently } from "../../options/overrides.ts";
import { optionsForHeader } from "../../options/rejects-file.ts";
import { planColumns } from "../../options/plan-columns.ts";
import { matchColumns } from "../../read/columns/match-columns.ts";
import { plainName } from "../../read/columns/plain-name.ts";
import type { RememberedChoice } from "../../read/columns/remembered.ts";
import { openTable, type Table } from "../../read/read-records.ts";
import { asUsed, type ChosenProfile } from "../../../profiles/choose-profile.ts";
import { problemOfProfileKey } from "./profile-key.ts";
import { profileOfTable, ReadAgain } from "./profile-of-scan.ts";
import { unfitNotices } from "../review/unfit-active.ts";
import { memberNotices, nameNotices, sheetNotices, tableNotices } from "../rows/notices.ts";
import { fenced, type JudgedTable, type Run } from "../scan-run.ts";
import { noteProfile } from "../store.ts";
import type { Dialect } from "../../../../contract/imports/imports.ts";
import type { Problem } from "../../../../contract/problems.ts";

/** @throws ReadAgain if the profile of the file specifies another dialect, or if its columns are named in another line, so that the file
 * must be read again */
export async function judgeTable(
  given: Run,
  file: FileHandle,
  dialect: Dialect,
): Promise<{ run: Run; table: JudgedTable; question: Problem | undefined }> {
  const { context, work, signal } = given;
  const opened = await openTable(file, dialect, signal, overridesOf(work.options));
  const fitting = await retryTransient(() => profileOfTable(context.pool, work, { ...opened, tree: dialect.tree }), {
    signal,
  });
  const placed = withHeaderLine(fitting.options, opened);
  const chosen = { ...fitting, options: optionsForHeader(placed, opened.header) };
  const run = await withProfile(given, chosen, dialect);
  if (placed !== fitting.options && readsDifferently(placed, dialect)) throw new ReadAgain(run.work);
  const remembered = chosen.profile === null ? await rememberedOf(run, opened) : [];
  const unfitActive = given.unfit_active ?? [];
  const unfit = new Set(unfitActive.map(({ position }) => position));
  const found = remembered.length === 0 && unfit.size === 0 ? opened : withChoices(opened, remembered, unfit);
  const planned = planColumns(found, run.work.options, chosen.profile);
  const overrides = overridesOf(run.work.options);
  const sheets = [...sheetNotices(dialect, overrides), ...memberNotices(dialect)];
  const names = nameNotices({ ...found, ...planned }, run.work.options);
  const form = tableNotices({ ...found, ...planned }, dialect, overrides);
  const notices = [...chosen.notices, ...planned.notices, ...sheets, ...names, ...form, ...unfitNotices(unfitActive)];
  const table = { ...found, ...planned, remembered, unfit, notices };
  const { profile } = chosen;
  const ofKey = profile === null ? undefined : problemOfProfileKey(table, run.work.options, profile.name);
  return { run, table, question: chosen.question ?? ofKey };
}

/** Returns the remembered choices for columns with the same names as those of this file. */
async function rememberedOf({ context, signal }: Run, { header, header_fault }: Table): Promise<RememberedChoice[]> {
  if (header_fault !== null || header.length === 0) return [];
  return retryTransient(() => readChoices(context.pool, header.map(plainName)), { signal });
}

const withChoices = (table: Table, choices: readonly RememberedChoice[], unfit: ReadonlySet<number>): Table => ({
  ...table,
  columns: matchColumns(table.header, table.rows, choices, unfit),
});

/**
 * Stores the profile that was chosen.
 * @throws ReadAgain if a profile that was just selected specifies a different dialect from the one with which the file was read
 */
async function withProfile(run: Run, { profile, options }: ChosenProfile, dialect: Dialect): Promise<Run> {
  if (profile === null) return { ...run, work: { ...run.work, options } };
  const work = { ...run.work, options, profile: asUsed(profile) };
  await fenced(run, () => noteProfile(run.context.pool, work, work));
  if (run.work.profile === null && readsDifferently(options, dialect)) throw new ReadAgain(work);
  return { ...run, work };
}

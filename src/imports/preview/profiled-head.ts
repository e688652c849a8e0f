// Reads the first records of a file with the profile that the options name, or with the one that fits its columns.
import { chooseProfile, selects, withMapping, type ChosenProfile } from "../../profiles/choose-profile.ts";
import type { KnownProfile } from "../../profiles/select/select-profile.ts";
import { withHeaderLine } from "../options/header-line.ts";
import { judgeMember } from "../options/judge-member.ts";
import { overridesOf, readsDifferently, withMembers } from "../options/overrides.ts";
import { optionsForFile, optionsForHead, optionsForHeader } from "../options/rejects-file.ts";
import type { JudgeTable } from "../read/archive/inspect-table.ts";
import { matchColumns } from "../read/columns/match-columns.ts";
import type { RememberedChoice } from "../read/columns/remembered.ts";
import { readKeptHead, type KeptFile } from "../read/text/kept-file.ts";
import { readHead, type Head } from "../read/read-head.ts";
import type { DialectOverrides, GivenOptions } from "../../../contract/imports/imports.ts";

/** The profiles and choices of the database that may apply to the file. */
export interface PreviewContext {
  /** The profile that the options name, or that the import uses. */
  named?: KnownProfile | null;
  /** The profiles to select from. */
  known?: readonly KnownProfile[];
  /** The remembered choices of earlier imports, oldest first. */
  choices?: readonly RememberedChoice[];
  /** Names of columns whose values in the whole file do not fit the field `active`, as the scan has found out. */
  unfit_active?: readonly string[];
}

/** The first bytes of a file, or the file of a held import. */
export type PreviewSource = { kind: "bytes"; bytes: Uint8Array; is_whole: boolean } | ({ kind: "kept" } & KeptFile);

/** @returns `head` is undefined for the first bytes of a file that can only be read whole, such as a workbook */
export async function readProfiledHead(
  source: PreviewSource,
  options: GivenOptions,
  { named = null, known = [], ...decided }: PreviewContext,
): Promise<{ head: Head | undefined; chosen: ChosenProfile }> {
  const wanted = named === null ? options : withMapping(options, named.definition);
  const given =
    source.kind === "kept" ? await optionsForFile(wanted, source.path) : optionsForHead(wanted, bytesOf(source));
  const judge = judgeMember(given, () => known);
  const head = await readSource(source, overridesOf(given), judge);
  const unchosen = { profile: named, options: given, notices: [], question: undefined };
  if (head === undefined || head.table.header_fault !== null) return { head, chosen: unchosen };
  const fitting =
    named === null && !selects(options) ? unchosen : chooseProfile(head.table, given, named, known, head.dialect.tree);
  const placed = withHeaderLine(fitting.options, head.table);
  const chosen = { ...fitting, options: optionsForHeader(placed, head.table.header) };
  const isMoved = placed !== fitting.options;
  const isNew = named === null && chosen.profile !== null;
  if (!(isMoved || isNew) || !readsDifferently(chosen.options, head.dialect))
    return { head: chosen.profile === null ? withDecisions(head, decided) : head, chosen };
  const overrides = withMembers(overridesOf(chosen.options), { members: head.dialect.members, dialect: null });
  const again = await readSource(source, overrides, judge);
  // If the profile specifies another path for the records of an XML or JSON file, the file has other columns.
  if (again?.dialect.tree === undefined || chosen.profile === null) return { head: again, chosen };
  return { head: again, chosen: chooseProfile(again.table, given, chosen.profile, []) };
}

function readSource(source: PreviewSource, overrides: DialectOverrides, judge: JudgeTable): Promise<Head | undefined> {
  if (source.kind === "kept") return readKeptHead(source, overrides);
  return readHead(bytesOf(source), source.is_whole, overrides, judge);
}

function bytesOf({ bytes }: PreviewSource & { kind: "bytes" }): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Determines again what the columns become, this time with the remembered choices and without the columns that the scan has found unfit
 * for the field `active`. */
function withDecisions(
  head: Head,
  { choices = [], unfit_active: unfitNames = [] }: Pick<PreviewContext, "choices" | "unfit_active">,
): Head {
  const { header, header_fault, rows } = head.table;
  if ((choices.length === 0 && unfitNames.length === 0) || header.length === 0 || header_fault !== null) return head;
  const unfit = new Set(header.flatMap((name, i) => (unfitNames.includes(name.normalize("NFC").trim()) ? [i] : [])));
  return { ...head, table: { ...head.table, columns: matchColumns(header, rows, choices, unfit) } };
}

// Finds the workbook in a compound file, or names what the file is instead: documents, messages and installers have the same container.
import type { Reason } from "../../../../../contract/problem-reasons.ts";
import { because } from "../../../../../contract/problem-reasons.ts";
import { Problem } from "../../../../../contract/problems.ts";
import { truncated } from "../broken-workbook.ts";
import type { CompoundEntry, CompoundFile } from "./compound-file.ts";

/** The names of the stream with the workbook: since Excel 97, and in Excel 5 and 95. A file for both has both streams. */
const WORKBOOK = "workbook";
const OLD_WORKBOOK = "book";

const SAVE = "Save its table as .xlsx or CSV.";
const SEND = "Send the table itself, as CSV or .xlsx.";

type Kind = Extract<Reason, "office-document" | "not-a-table" | "document">;

/** Other files by the name of an entry. */
const KINDS: readonly { entry: string; kind: string; advice: string; reason: Kind }[] = [
  { entry: "worddocument", kind: "a Word document (.doc)", advice: SAVE, reason: "office-document" },
  { entry: "powerpoint document", kind: "a presentation (.ppt)", advice: SAVE, reason: "office-document" },
  {
    entry: "__properties_version1.0",
    kind: "an email of Outlook (.msg)",
    advice: "Save its attachment, and send that file.",
    reason: "document",
  },
  { entry: "visiodocument", kind: "a drawing (.vsd)", advice: SEND, reason: "document" },
  { entry: "quill", kind: "a document of Publisher (.pub)", advice: SAVE, reason: "document" },
  {
    entry: "wksssworkbook",
    kind: "a workbook of Works (.xlr)",
    advice: "Save it as .xlsx or CSV.",
    reason: "document",
  },
  { entry: "nativecontent_main", kind: "a workbook of Quattro Pro", advice: SAVE, reason: "document" },
  { entry: "perfectoffice_main", kind: "a document of WordPerfect", advice: SAVE, reason: "document" },
  { entry: "hwpsummaryinformation", kind: "a Hangul document (.hwp)", advice: SAVE, reason: "document" },
];
/** Windows Installer packages, patches and transforms, by the class of the file. */
const INSTALLER = /^8[46]100c0000000000c000000000000046$|^82100c0000000000c000000000000046$/;
const LISTED = 10;

/** @throws Problem unsupported-file if the file is not a workbook, or has a password */
export function workbookEntry({ class_id, entries }: CompoundFile): CompoundEntry {
  const byName = new Map(entries.map((entry) => [nameOf(entry), entry]));
  if (byName.has("encryptedpackage"))
    throw new Problem(
      "unsupported-file",
      "The file is encrypted with a password. Open it in the program that made it, and save it without a password.",
      { extra: because("workbook-password") },
    );
  const found = KINDS.find(({ entry }) => byName.has(entry));
  if (found !== undefined) throw notWorkbook(found);
  for (const name of [WORKBOOK, OLD_WORKBOOK]) {
    const entry = byName.get(name);
    if (entry?.is_stream === true) return entry;
  }
  if (INSTALLER.test(class_id))
    throw notWorkbook({ kind: "an installer for Windows (.msi)", advice: SEND, reason: "not-a-table" });
  const names = entries.slice(0, LISTED).map(({ name }) => `"${truncated(name.replace(/[\0-\x1f]/g, ""))}"`);
  const content = names.length === 0 ? "It is empty" : `Its parts are ${names.join(", ")}`;
  throw notWorkbook({
    kind: "an OLE file without a workbook",
    advice: `${content}. Save the table as .xlsx or CSV.`,
    reason: "document",
  });
}

const nameOf = ({ name }: CompoundEntry): string => name.replace(/^[\0-\x1f]/, "").toLowerCase();

const notWorkbook = ({ kind, advice, reason }: { kind: string; advice: string; reason: Kind }): Problem =>
  new Problem("unsupported-file", `The file is ${kind}. ${advice}`, { extra: because(reason) });

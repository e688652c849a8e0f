// Previews a held import with the client's answer, and refuses an answer with which the file cannot be read.
import type pg from "pg";
import { readChoices } from "../choices/store.ts";
import type { ImportContext } from "../context.ts";
import type { Answer } from "../held/answer.ts";
import { selects } from "../../profiles/choose-profile.ts";
import { readKnownProfiles } from "../../profiles/known-profiles.ts";
import type { KnownProfile } from "../../profiles/select/select-profile.ts";
import { jobOfHeld } from "./held-job.ts";
import type { KeptFile } from "../read/text/kept-file.ts";
import type { Previewer } from "./preview-in-thread.ts";
import type { PreviewContext, PreviewSource } from "./profiled-head.ts";
import type { GivenOptions, Preview } from "../../../contract/imports/imports.ts";
import { Problem } from "../../../contract/problems.ts";

interface Server {
  context: Pick<ImportContext, "pool" | "store" | "disk">;
  previewer: Pick<Previewer, "preview">;
}

interface AnsweredImport {
  id: number;
  answer: Answer;
}

/** @throws Problem not-found, not-held, no-such-profile, invalid-request, and the problems of a preview */
export async function previewHeld(
  { context, previewer }: Server,
  { id, answer }: AnsweredImport,
  disconnected: AbortSignal,
): Promise<Preview> {
  const { source, options, profile, unfit_active } = await jobOfHeld(context, id, answer);
  const decided = { ...(await previewContext(context.pool, options, profile)), unfit_active };
  const preview = (read: PreviewSource): Promise<Preview> =>
    previewer.preview({ source: read, options, context: decided }, disconnected);
  if (context.store.is_local || source.kind !== "kept") return preview(source);
  const { withCopies } = await import("./kept-copies.ts");
  const use = (copies: KeptFile): Promise<Preview> => preview({ kind: "kept", ...copies });
  return withCopies(context, source, { use, disconnected });
}

/**
 * Checks that the file can be read with the answer, for example that it has the column that the answer names. An answer that is refused
 * leaves the import held. If the server is too busy for a preview, or cannot read the file, the answer is accepted.
 * @throws Problem as previewHeld does, except those in UNCHECKED
 */
export async function checkAnswer(server: Server, answered: AnsweredImport, disconnected: AbortSignal): Promise<void> {
  if (Object.values(answered.answer).every((value) => value === undefined)) return;
  try {
    await previewHeld(server, answered, disconnected);
  } catch (error) {
    if (!(error instanceof Problem) || !UNCHECKED.has(error.slug)) throw error;
  }
}

/** The problems of a preview that do not concern the file. */
const UNCHECKED: ReadonlySet<string> = new Set([
  "too-many-previews",
  "preview-stopped",
  "other-server",
  "store-unavailable",
  // Only the copy of a file from a bucket can fill the disk of a server.
  "disk-full",
]);

export async function previewContext(
  pool: pg.Pool,
  options: GivenOptions,
  named: KnownProfile | null,
): Promise<PreviewContext> {
  if (named !== null || options.mapping !== undefined) return { named };
  return { named, known: selects(options) ? await readKnownProfiles(pool) : [], choices: await readChoices(pool) };
}

// Every error a caller can meet: slug -> status and title (RFC 9457). Rooms throw a Problem by its slug;
// http/problems.ts turns it into a document, and the command line reads the same slugs. Without zod: see import-names.ts.
export const PROBLEMS = {
  "not-found": { status: 404, title: "There is nothing here" },
  "invalid-request": { status: 400, title: "The request is not valid" },
  "unsupported-media-type": { status: 415, title: "This kind of body is not taken" },
  "headers-too-large": { status: 431, title: "The request's headers are too large" },
  "request-timeout": { status: 408, title: "The request did not arrive in time" },
  "payload-too-large": { status: 413, title: "The body is too large" },
  "sku-taken": { status: 409, title: "Another product has this SKU" },
  "precondition-failed": { status: 412, title: "The product is not the one you know" },
  "being-changed": { status: 503, title: "Somebody else is changing this at the moment" },
  "idempotency-key-reused": { status: 422, title: "The idempotency key belongs to another request" },
  "response-not-stored": { status: 409, title: "The request was executed, but its response is too large to repeat" },
  "request-running": { status: 409, title: "The request with this idempotency key is still running" },
  "too-many-streams": { status: 429, title: "Too many event streams are open" },
  "too-many-exports": { status: 429, title: "Too many exports run at the moment" },
  "too-many-previews": { status: 503, title: "Too many previews are waiting" },
  "preview-stopped": { status: 422, title: "The preview was stopped" },
  "does-not-fit-sheet": { status: 422, title: "A sheet has no room for this" },
  "unsupported-file": { status: 422, title: "This kind of file is not taken" },
  "broken-file": { status: 422, title: "The file is damaged" },
  "broken-workbook": { status: 422, title: "The workbook cannot be read" },
  "unpacks-too-large": { status: 422, title: "The file unpacks to far more than it holds" },
  "no-such-sheet": { status: 422, title: "The file has no such sheet" },
  "empty-file": { status: 422, title: "The file holds no data" },
  "no-sku-column": { status: 422, title: "The file has no SKU column" },
  "bad-header": { status: 422, title: "The file's header cannot be read" },
  "upload-interrupted": { status: 400, title: "The upload ended before the file was complete" },
  "upload-offset": { status: 409, title: "The upload goes on at another byte" },
  "upload-gone": { status: 410, title: "The upload is no longer there" },
  "too-many-uploads": { status: 429, title: "Too many uploads are unfinished" },
  "tus-version": { status: 412, title: "This version of the upload protocol is not spoken" },
  "too-many-files": { status: 503, title: "Too many files are being received" },
  "disk-full": { status: 507, title: "The disk is full" },
  "nearly-all-rejected": { status: 422, title: "Nearly every row was rejected" },
  "rejected-rows": { status: 422, title: "Some rows are not valid and the import is strict" },
  "already-finished": { status: 409, title: "It has already finished" },
  "confirmation-needed": { status: 409, title: "This needs to be confirmed" },
  "already-undone": { status: 409, title: "The changeset has been undone already" },
  "changeset-running": { status: 409, title: "The changeset is not complete yet" },
  "history-purged": { status: 410, title: "The history is no longer kept" },
  "webhook-disabled": { status: 409, title: "The webhook is switched off" },
  "limit-reached": { status: 409, title: "There are as many as there may be" },
  "refused-url": { status: 400, title: "This address is not called" },
  "file-missing": { status: 500, title: "The uploaded file is no longer there" },
  "worker-died": { status: 500, title: "The worker stopped twice over this" },
  "forbidden-host": { status: 403, title: "This host name or origin is not served" },
  "not-ready": { status: 503, title: "The service is not ready" },
  "internal-error": { status: 500, title: "Something went wrong on our side" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemSlug = keyof typeof PROBLEMS;

/** An error with one meaning, told to people and programs alike. `detail` says what, where and what to do. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly slug: ProblemSlug;
  /** Further members of the problem document, such as the headers that were found. */
  readonly extra: Record<string, unknown>;

  constructor(slug: ProblemSlug, detail: string, options: { cause?: unknown; extra?: Record<string, unknown> } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.slug = slug;
    this.extra = options.extra ?? {};
  }

  get status(): number {
    return PROBLEMS[this.slug].status;
  }
}

export const problemType = (slug: ProblemSlug): string => `/problems/${slug}`;

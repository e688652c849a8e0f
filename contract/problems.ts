// All problems that the API can return (RFC 9457): slug, status and title. Modules throw a Problem by its slug, http/problems.ts converts
// it to a problem document, and the command line reads the same slugs. Does not import zod, which would slow down the start of commands.
export const PROBLEMS = {
  "not-found": { status: 404, title: "Not found" },
  "invalid-request": { status: 400, title: "The request is not valid" },
  "unsupported-media-type": { status: 415, title: "This content type is not accepted" },
  "headers-too-large": { status: 431, title: "The request headers are too large" },
  "request-timeout": { status: 408, title: "The request did not arrive in time" },
  "payload-too-large": { status: 413, title: "The body is too large" },
  "sku-taken": { status: 409, title: "Another product has this SKU" },
  "precondition-failed": { status: 412, title: "The product has changed since you read it" },
  "being-changed": { status: 503, title: "Another writer is changing this product" },
  "idempotency-key-reused": { status: 422, title: "The idempotency key was already used for another request" },
  "response-not-stored": {
    status: 409,
    title: "The request was executed, but its response is too large to be sent again",
  },
  "request-running": { status: 409, title: "The request with this idempotency key is still running" },
  "too-many-streams": { status: 429, title: "Too many event streams are open" },
  "too-many-exports": { status: 429, title: "Too many exports are running" },
  "too-many-previews": { status: 503, title: "Too many previews are waiting" },
  "preview-stopped": { status: 422, title: "The preview was stopped" },
  "does-not-fit-sheet": { status: 422, title: "The data does not fit into a worksheet" },
  "unsupported-file": { status: 422, title: "This kind of file is not supported" },
  "broken-file": { status: 422, title: "The file is damaged" },
  "broken-workbook": { status: 422, title: "The workbook cannot be read" },
  "unpacks-too-large": { status: 422, title: "The file is too large when unpacked" },
  "no-such-sheet": { status: 422, title: "The workbook has no such sheet" },
  "no-such-member": { status: 422, title: "The zip file contains no such file" },
  "empty-file": { status: 422, title: "The file contains no data" },
  "no-sku-column": { status: 422, title: "The file has no SKU column" },
  "mapping-invalid": { status: 422, title: "The mapping is not valid for this file" },
  "no-such-column": { status: 422, title: "The file has no such column" },
  "key-in-doubt": { status: 422, title: "It is unclear which column contains the SKU" },
  "records-in-doubt": { status: 422, title: "It is unclear which lists of the file contain the products" },
  "name-in-doubt": { status: 422, title: "It is unclear which column contains the name" },
  "encoding-in-doubt": { status: 422, title: "The encoding of the file is unclear" },
  "value-unseen": { status: 422, title: "The file contains a value that a value map does not list" },
  review: { status: 422, title: "Check the columns before the import" },
  "columns-changed": { status: 422, title: "The columns of the file have changed" },
  "bad-header": { status: 422, title: "The header row of the file cannot be read" },
  "upload-interrupted": { status: 400, title: "The upload ended before the file was complete" },
  "upload-offset": { status: 409, title: "The upload must continue at a different byte" },
  "upload-gone": { status: 410, title: "The upload no longer exists" },
  "too-many-uploads": { status: 429, title: "There are too many unfinished uploads" },
  "tus-version": { status: 412, title: "This version of the upload protocol is not supported" },
  "too-many-files": { status: 503, title: "Too many files are being received" },
  "disk-full": { status: 507, title: "The disk is full" },
  "nearly-all-rejected": { status: 422, title: "Nearly every row was rejected" },
  "nothing-imported": { status: 422, title: "Nothing was imported" },
  "rejected-rows": { status: 422, title: "Nothing was imported because some rows have errors" },
  "other-server": { status: 409, title: "Another server keeps the file" },
  "not-held": { status: 409, title: "The import is not waiting for an answer" },
  "already-finished": { status: 409, title: "The job has already finished" },
  "confirmation-needed": { status: 409, title: "Confirmation is required" },
  "already-undone": { status: 409, title: "The changeset has already been undone" },
  "changeset-running": { status: 409, title: "The changeset is not complete yet" },
  "history-purged": { status: 410, title: "The history has been purged" },
  "webhook-disabled": { status: 409, title: "The webhook is disabled" },
  "limit-reached": { status: 409, title: "A limit has been reached" },
  "refused-url": { status: 400, title: "Webhooks must not call this address" },
  "file-missing": { status: 500, title: "The uploaded file no longer exists" },
  "store-unavailable": { status: 503, title: "The storage of uploaded files is not available" },
  "worker-died": { status: 500, title: "The worker stopped twice while processing this job" },
  "no-such-profile": { status: 422, title: "There is no such profile" },
  "profile-changed": { status: 412, title: "The profile has changed since you read it" },
  "profile-tests-fail": { status: 409, title: "A test of the profile fails" },
  "profile-exists": { status: 409, title: "There is already a profile with this name" },
  "built-in-profile": { status: 409, title: "The profile is built in" },
  "forbidden-host": { status: 403, title: "This host name or origin is not allowed" },
  "https-required": { status: 403, title: "The server accepts requests over TLS only" },
  "sign-in-required": { status: 401, title: "You are not signed in" },
  "sign-in-failed": { status: 401, title: "The sign-in failed" },
  "code-required": { status: 401, title: "The code of your authenticator app is required" },
  "too-many-attempts": { status: 429, title: "Too many failed attempts" },
  "not-permitted": { status: 403, title: "You are not permitted to do this" },
  "recent-sign-in-required": { status: 403, title: "Confirm your sign-in first" },
  "second-factor-required": { status: 403, title: "Set up an authenticator app first" },
  "single-sign-on-failed": { status: 401, title: "The sign-in with single sign-on failed" },
  "single-sign-on-expired": { status: 401, title: "The sign-in took too long, or was started in another window" },
  "single-sign-on-unavailable": { status: 503, title: "The identity provider does not answer" },
  "no-role": { status: 403, title: "Your account has no role in Skuport" },
  "link-not-valid": { status: 410, title: "The link is no longer valid" },
  "password-refused": { status: 422, title: "This password cannot be used" },
  "user-exists": { status: 409, title: "There is already a user with this name" },
  "user-disabled": { status: 409, title: "The user is disabled" },
  "last-administrator": { status: 409, title: "Skuport needs at least one administrator who can sign in" },
  "no-mail-server": { status: 409, title: "This server sends no e-mail" },
  "not-ready": { status: 503, title: "The service is not available at the moment" },
  "internal-error": { status: 500, title: "An internal error occurred" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemSlug = keyof typeof PROBLEMS;

/** An error that is reported to users and programs. `detail` states what happened, to what, and what to do next. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly slug: ProblemSlug;
  /** Further members of the problem document, such as the header row of a file. */
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

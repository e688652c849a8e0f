// Lets only one tab of a browser send an upload. Two tabs would interrupt each other's requests forever.
import { t } from "../../texts/t.ts";

/** Another tab has claimed the upload. The claim ends when that tab finishes, gives up, or closes. */
export class UploadedElsewhereError extends Error {
  override readonly name = "SentElsewhere";

  constructor() {
    super(t("imports.upload.elsewhere"));
  }
}

/** Claims the upload for this tab. The claim ends when the returned function is called or the tab closes.
 * @throws UploadedElsewhereError if another tab has claimed the upload */
export async function claimUpload(uploadId: string): Promise<() => void> {
  // The Web Locks API exists only on pages served over TLS or from localhost.
  if (!("locks" in navigator)) return () => undefined;
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(`skuport upload ${uploadId}`, { ifAvailable: true }, async (lock) => {
        if (lock === null) throw new UploadedElsewhereError();
        await new Promise<void>((release) => {
          resolve(release);
        });
      })
      .catch(reject);
  });
}

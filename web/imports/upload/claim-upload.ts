// Of a browser's tabs one sends an upload: two would take it from each other, byte by byte, for ever.
import { t } from "../../texts/t.ts";

/** The upload is another tab's; it may be had again when that one has sent it, given up, or gone. */
export class SentElsewhere extends Error {
  override readonly name = "SentElsewhere";

  constructor() {
    super(t("imports.upload.elsewhere"));
  }
}

/** Makes the upload this tab's until the function that it resolves to is called, or the tab closes.
 * @throws SentElsewhere */
export async function claimUpload(uploadId: string): Promise<() => void> {
  // Browsers have locks only where the page comes over TLS or from this machine.
  if (!("locks" in navigator)) return () => undefined;
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(`skuport upload ${uploadId}`, { ifAvailable: true }, async (lock) => {
        if (lock === null) throw new SentElsewhere();
        await new Promise<void>((release) => {
          resolve(release);
        });
      })
      .catch(reject);
  });
}

// Converts an upload into an item of the dock.
import type { DockItem } from "../../services/dock.ts";
import { formatPart, formatPercent } from "../../ui/format.ts";
import { t } from "../../texts/t.ts";
import { resumeUpload, type PausedUpload } from "../upload/use-unfinished.ts";
import type { Upload } from "../upload/use-uploads.ts";
import { errorText } from "../../server/problem-words.ts";

interface Actions {
  retry: (key: number) => void;
  remove: (key: number) => void;
}

export function dockItemOf(
  { key, file, sent, state, error }: Readonly<Omit<Upload, "options" | "begun">>,
  { retry, remove }: Actions,
): DockItem {
  const { name, size } = file;
  const fraction = size === 0 ? 0 : Math.min(1, sent / size);
  const failed = state === "failed";
  return {
    key: `upload ${String(key)}`,
    title: name,
    detail: detailText(),
    tone: TONES[state],
    fraction: state === "sending" || state === "offline" ? fraction : null,
    label: t("imports.upload.of", { name }),
    ...(failed
      ? {
          action: {
            label: t("ui.retry"),
            run: () => {
              retry(key);
            },
          },
        }
      : {}),
    close: {
      label: failed ? t("imports.upload.dismiss", { name }) : t("imports.upload.stop", { name }),
      run: () => {
        remove(key);
      },
    },
  };

  function detailText(): string {
    if (failed) return error === null ? "" : errorText(error);
    if (state === "waiting") return t("imports.upload.waiting");
    if (state === "offline") return `${t("imports.upload.offline")} · ${formatPart(sent, size)}`;
    return fraction === 1 ? t("imports.upload.sent") : `${formatPart(sent, size)} · ${formatPercent(fraction)}`;
  }
}

const TONES = {
  waiting: "waiting",
  sending: "running",
  offline: "waiting",
  failed: "failed",
} as const satisfies Record<Upload["state"], DockItem["tone"]>;

/** The dock item of an upload that was interrupted before the page was loaded. */
export const dockItemOfPaused = (upload: PausedUpload): DockItem => ({
  key: `unfinished ${upload.upload_id}`,
  title: upload.name,
  detail: t("imports.unfinished.stopped", { part: formatPart(upload.received, upload.size) }),
  tone: "waiting",
  fraction: upload.received / upload.size,
  label: t("imports.upload.of", { name: upload.name }),
  to: `/imports/${String(upload.import_id)}`,
  action: { label: t("imports.unfinished.resume"), run: () => resumeUpload(upload) },
});

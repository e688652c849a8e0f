// One file on its way to the server, as the dock shows it.
import type { DockItem } from "../kit/dock.ts";
import { formatBytes, formatPercent } from "../kit/format.ts";
import { t } from "../texts/t.ts";
import type { Upload } from "./use-uploads.ts";

interface Deeds {
  retry: (key: number) => void;
  remove: (key: number) => void;
}

export function dockItemOf(
  { key, file, sent, state, error }: Readonly<Omit<Upload, "options">>,
  { retry, remove }: Deeds,
): DockItem {
  const { name, size } = file;
  const fraction = size === 0 ? 0 : Math.min(1, sent / size);
  const failed = state === "failed";
  return {
    key: `upload ${String(key)}`,
    title: name,
    detail: failed ? (error?.message ?? "") : state === "waiting" ? t("imports.upload.waiting") : sendingInWords(),
    tone: state === "sending" ? "running" : state,
    fraction: state === "sending" ? fraction : null,
    label: t("imports.upload.of", { name }),
    ...(failed
      ? {
          action: {
            label: t("kit.retry"),
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

  function sendingInWords(): string {
    if (fraction === 1) return t("imports.upload.sent");
    const part = t("imports.upload.part", { sent: formatBytes(sent), size: formatBytes(size) });
    return `${part} · ${formatPercent(fraction)}`;
  }
}

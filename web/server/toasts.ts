// Short messages at the edge of the page, with an undo button where possible.
import type { useToast } from "@nuxt/ui/composables/useToast";
import { t } from "../texts/t.ts";
import { problemInWords } from "./problem-words.ts";

export interface Message {
  title: string;
  description?: string;
  tone?: "info" | "success" | "warning" | "error";
  icon?: string;
  /** Undoes the reported action. */
  undo?: () => unknown;
  /** A button for the next step, such as opening the new object. */
  action?: { label: string; run: () => unknown };
}

/** How long a message with a button is shown: long enough to decide on an undo. */
const UNDO_MS = 10_000;
const READ_MS = 6_000;

const ICONS = {
  info: "i-lucide-info",
  success: "i-lucide-circle-check",
  warning: "i-lucide-triangle-alert",
  error: "i-lucide-circle-alert",
} as const;

let toaster: ReturnType<typeof useToast> | undefined;

/** `web/shell` passes the toaster, so that code outside of components can show messages. */
export function installToasts(shellToaster: ReturnType<typeof useToast>): void {
  toaster = shellToaster;
}

/** Shows why an action of the user failed. */
export function toastError(error: unknown): void {
  toast({ ...problemInWords(error), tone: "error" });
}

/** Shows a message and returns the function that removes it. A message with a button stays for ten seconds. */
export function toast({ title, description, tone = "info", icon, undo, action }: Message): () => void {
  const actions = [
    ...(undo === undefined ? [] : [{ label: t("ui.toast.undo"), run: undo }]),
    ...(action === undefined ? [] : [action]),
  ];
  const shown = toaster?.add({
    title,
    ...(description === undefined ? {} : { description }),
    color: tone === "info" ? "neutral" : tone,
    icon: icon ?? ICONS[tone],
    duration: actions.length > 0 ? UNDO_MS : READ_MS,
    progress: undo !== undefined,
    actions: actions.map(({ label, run }) => ({
      label,
      color: "neutral" as const,
      variant: "outline" as const,
      onClick: () => {
        remove();
        run();
      },
    })),
  });
  const remove = (): void => {
    if (shown) toaster?.remove(shown.id);
  };
  return remove;
}

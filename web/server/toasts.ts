// Short messages in the corner, with a way back where there is one.
import type { useToast } from "@nuxt/ui/composables/useToast";
import { t } from "../texts/t.ts";
import { problemInWords } from "./problem-words.ts";

export interface Message {
  title: string;
  description?: string;
  tone?: "info" | "success" | "warning" | "error";
  icon?: string;
  /** Takes back what the message tells of. */
  undo?: () => unknown;
  /** A next step, such as a link to what was made. */
  action?: { label: string; run: () => unknown };
}

/** Time to think better of it. */
const UNDO_MS = 10_000;
const READ_MS = 6_000;

const ICONS = {
  info: "i-lucide-info",
  success: "i-lucide-circle-check",
  warning: "i-lucide-triangle-alert",
  error: "i-lucide-circle-alert",
} as const;

let toaster: ReturnType<typeof useToast> | undefined;

/** The shell hands over the toaster, so that messages can come from anywhere. */
export function installToasts(of: ReturnType<typeof useToast>): void {
  toaster = of;
}

/** What went wrong with something the reader asked for, in the words of the server. */
export function toastError(error: unknown): void {
  toast({ ...problemInWords(error), tone: "error" });
}

/** Shows a message; gives the function that takes it away. One with an undo stays for ten seconds. */
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

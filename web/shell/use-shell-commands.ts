// The commands and shortcuts that exist on every page: navigation, theme, search and help.
import { computed, onScopeDispose, type Ref } from "vue";
import { useRouter } from "vue-router";
import { useMediaQuery } from "@vueuse/core";
import { registerSearch, useCommands, type Command } from "../services/commands.ts";
import type { Section } from "../services/section.ts";
import { listenToKeys, useShortcuts } from "../services/shortcuts.ts";
import { THEMES, useTheme } from "../ui/use-theme.ts";
import { signOut } from "./user/sign-out.ts";
import { t } from "../texts/t.ts";

export function useShellCommands(
  sections: Readonly<Ref<readonly Section[]>>,
  { openPalette, openHelp }: { openPalette: () => void; openHelp: () => void },
) {
  const router = useRouter();
  const { theme } = useTheme();
  // Browsers do not report whether there is a keyboard. A device with a mouse usually has one.
  const hasMouse = useMediaQuery("(any-pointer: fine)");
  const go = computed<Command[]>(() =>
    sections.value.map(({ path, label, icon, key }) => ({
      id: `go ${path}`,
      label: t(label),
      icon,
      keys: `g ${key}`,
      run: () => router.push(path),
    })),
  );

  for (const { search } of sections.value) {
    if (search) onScopeDispose(registerSearch(() => search((path) => router.push(path))));
  }
  useCommands(() => [
    ...sections.value.flatMap(({ commands }) => commands?.() ?? []),
    ...THEMES.filter(({ value }) => value !== theme.value).map(({ value, icon }) => ({
      id: `theme ${value}`,
      label: t("shell.theme.switch", { theme: t(`shell.theme.${value}`) }),
      icon,
      run: () => (theme.value = value),
    })),
    { id: "sign-out", label: t("shell.user.sign_out"), icon: "i-lucide-log-out", run: () => signOut(router) },
    ...(hasMouse.value
      ? [{ id: "help", label: t("shell.help.open"), icon: "i-lucide-keyboard", keys: "?", run: openHelp }]
      : []),
  ]);
  useShortcuts(() => ({
    heading: t("shell.help.everywhere"),
    shortcuts: [
      ...go.value.map(({ label, keys = "", run }) => ({ keys, label: t("shell.help.go_to", { section: label }), run })),
      { keys: "mod+k", label: t("shell.help.palette"), run: openPalette, always: true },
      { keys: "/", label: t("shell.help.search"), run: focusSearch },
      { keys: "?", label: t("shell.help.help"), run: openHelp },
    ],
  }));
  onScopeDispose(listenToKeys(window));

  /** Focuses the page's search box, or opens the palette if the page has none. */
  function focusSearch(): void {
    const box = document.querySelector<HTMLElement>("[data-search]");
    if (box) box.focus();
    else openPalette();
  }
  return { go };
}

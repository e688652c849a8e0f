// Shortcuts and commands of the product list.
import { useCommands } from "../services/commands.ts";
import { useShortcuts } from "../services/shortcuts.ts";
import { t } from "../texts/t.ts";

interface Actions {
  create: () => void;
  refresh: () => void;
  goTo: () => void;
}

export function useCatalogKeys({ create, refresh, goTo }: Actions): void {
  useShortcuts(() => ({
    heading: t("catalog.title"),
    shortcuts: [
      { keys: "n", label: t("catalog.keys.new"), run: create },
      { keys: "r", label: t("catalog.keys.refresh"), run: refresh },
      { keys: "shift+g", label: t("catalog.keys.go_to"), run: goTo },
    ],
  }));
  // These entries are only for the list of shortcuts. The grid itself handles the keys while it has the focus.
  useShortcuts(() => ({
    heading: t("catalog.keys.grid"),
    shortcuts: (
      [
        ["j", "down"],
        ["k", "up"],
        ["enter", "open"],
        ["f2", "edit"],
        ["x", "select"],
        ["v", "variants"],
        ["shift+v", "only_variants"],
        ["shift+j", "range"],
        ["mod+a", "all"],
        ["escape", "escape"],
      ] as const
    ).map(([keys, label]) => ({ keys, label: t(`catalog.keys.${label}`) })),
  }));
  useCommands(() => [
    { id: "catalog.new", label: t("catalog.new"), icon: "i-lucide-plus", keys: "n", run: create },
    { id: "catalog.refresh", label: t("catalog.keys.refresh"), icon: "i-lucide-refresh-cw", keys: "r", run: refresh },
    { id: "catalog.go_to", label: t("catalog.go_to.do"), icon: "i-lucide-crosshair", keys: "shift+g", run: goTo },
  ]);
}

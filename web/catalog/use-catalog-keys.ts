// Shortcuts and commands of the product list.
import { useCommands } from "../services/commands.ts";
import { useShortcuts } from "../services/shortcuts.ts";
import { t } from "../texts/t.ts";
import { can } from "../server/identity/identity.ts";

interface Actions {
  create: () => void;
  refresh: () => void;
  goTo: () => void;
}

/** Keys that edit products, or select them for bulk changes. */
const FOR_EDITORS: ReadonlySet<string> = new Set(["edit", "select", "range", "all"]);

export function useCatalogKeys({ create, refresh, goTo }: Actions): void {
  useShortcuts(() => ({
    heading: t("catalog.title"),
    shortcuts: [
      ...(can("editor") ? [{ keys: "n", label: t("catalog.keys.new"), run: create }] : []),
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
    )
      .filter(([, label]) => can("editor") || !FOR_EDITORS.has(label))
      .map(([keys, label]) => ({ keys, label: t(`catalog.keys.${label}`) })),
  }));
  useCommands(() => [
    ...(can("editor")
      ? [{ id: "catalog.new", label: t("catalog.new"), icon: "i-lucide-plus", keys: "n", run: create }]
      : []),
    { id: "catalog.refresh", label: t("catalog.keys.refresh"), icon: "i-lucide-refresh-cw", keys: "r", run: refresh },
    { id: "catalog.go_to", label: t("catalog.go_to.do"), icon: "i-lucide-crosshair", keys: "shift+g", run: goTo },
  ]);
}

// The action of a key in the grid while no cell is being edited.

export type GridAction =
  | { do: "move"; rows: number; columns: number; select: boolean }
  | { do: "edge"; row: "first" | "last" | null; column: "first" | "last" | null }
  | { do: "page"; down: boolean }
  | { do: "open" | "edit" | "select" | "toggle" | "variants" | "only_variants" | "escape" | "select_all" };

interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

const move = (rows: number, columns: number, select = false): GridAction => ({ do: "move", rows, columns, select });

/** Returns undefined for keys that the grid leaves to the page or the browser. */
export function actionOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Key): GridAction | undefined {
  if (altKey) return undefined;
  if (ctrlKey || metaKey) return actionWithControl(key);
  switch (key) {
    case "ArrowDown":
      return move(1, 0, shiftKey);
    case "ArrowUp":
      return move(-1, 0, shiftKey);
    case "ArrowRight":
      return move(0, 1);
    case "ArrowLeft":
      return move(0, -1);
    case "j":
    case "J":
      return move(1, 0, shiftKey);
    case "k":
    case "K":
      return move(-1, 0, shiftKey);
    case "PageDown":
      return { do: "page", down: true };
    case "PageUp":
      return { do: "page", down: false };
    case "Home":
      return { do: "edge", row: null, column: "first" };
    case "End":
      return { do: "edge", row: null, column: "last" };
    case "x":
    case "X":
      return { do: "select" };
    case "v":
      return { do: "variants" };
    case "V":
      return { do: "only_variants" };
    case " ":
      return { do: "toggle" };
    case "Enter":
      return { do: "open" };
    case "F2":
    case "e":
      return { do: "edit" };
    case "Escape":
      return { do: "escape" };
    default:
      return undefined;
  }
}

function actionWithControl(key: string): GridAction | undefined {
  if (key === "Home") return { do: "edge", row: "first", column: "first" };
  if (key === "End") return { do: "edge", row: "last", column: "last" };
  if (key === "a") return { do: "select_all" };
  return undefined;
}

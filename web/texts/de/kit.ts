import type { kit as english } from "../en/kit.ts";
import type { Shape } from "../shape.ts";

export const kit: Shape<typeof english> = {
  toast: { undo: "Rückgängig" },
  confirm: { cancel: "Abbrechen" },
  retry: "Noch einmal versuchen",
  close: "Schließen",
  cancel: "Abbrechen",
  copy: "Kopieren",
  copied: "Kopiert",
  none: "–",
  empty_value: "(leer)",
  yes: "Ja",
  no: "Nein",
  rows: "{n} Zeile | {n} Zeilen",
  products: "{n} Produkt | {n} Produkte",
  today_at: "Heute, {time}",
  day_at: "{day}, {time}",
  nowhere: {
    title: "Hier ist nichts",
    text: "Die Adresse ist vertippt, oder was sie zeigte, gibt es nicht mehr.",
    back: "Zur Startseite",
  },
  keys: {
    mod: "Strg",
    shift: "Umschalt",
    alt: "Alt",
    enter: "Eingabe",
    escape: "Esc",
    space: "Leertaste",
    tab: "Tab",
    home: "Pos 1",
    end: "Ende",
    delete: "Entf",
  },
};

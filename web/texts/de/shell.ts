import type { shell as english } from "../en/shell.ts";
import type { Shape } from "../shape.ts";

export const shell: Shape<typeof english> = {
  skip: "Zum Inhalt springen",
  rooms: {
    label: "Bereiche",
    products: "Produkte",
    imports: "Importe",
    changes: "Änderungen",
    webhooks: "Webhooks",
    settings: "Einstellungen",
  },
  sidebar: { collapse: "Seitenleiste einklappen", expand: "Seitenleiste ausklappen" },
  palette: {
    open: "Suchen oder springen …",
    title: "Befehle",
    description: "Wohin gehen, etwas tun, ein Produkt finden",
    placeholder: "Befehl oder SKU eingeben …",
    go: "Gehe zu",
    act: "Tun",
    empty: "So heißt hier nichts.",
    searching: "Suche …",
  },
  help: {
    open: "Hilfe zur Tastatur",
    title: "Tastatur",
    description: "Was Tasten auf dieser Seite tun",
    everywhere: "Überall",
    go_to: "Gehe zu {room}",
    palette: "Befehle öffnen",
    help: "Diese Hilfe zeigen",
    search: "Zum Suchfeld",
    then: "dann",
  },
  theme: { label: "Farben", auto: "Wie das System", light: "Hell", dark: "Dunkel", switch: "Wechseln zu: {theme}" },
  connection: {
    lost: "Der Server antwortet nicht.",
    lost_text: "Es wird von selbst weiter versucht; ein Import, der auf dem Server läuft, läuft weiter.",
    offline: "Sie sind offline.",
    offline_text: "Was Sie sehen, kann alt sein. Die Seite macht von selbst weiter, sobald das Netz zurück ist.",
    live: "Live",
    live_text: "Verbunden; Änderungen erscheinen von selbst",
    off: "Nicht verbunden",
  },
  confirm_typed: "Um fortzufahren, {text} eingeben",
};

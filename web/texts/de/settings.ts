import type { settings as english } from "../en/settings.ts";
import type { Shape } from "../shape.ts";

export const settings: Shape<typeof english> = {
  title: "Einstellungen",
  intro: "Wie die Seite aussieht und spricht; gemerkt in diesem Browser.",
  look: "Darstellung",
  theme: "Farben",
  density: "Zeilen",
  density_text: "Wie eng die Zeilen von Tabellen stehen.",
  comfortable: "Bequem",
  compact: "Kompakt",
  language: "Sprache",
  language_text: "Wörter, Zahlen und Zeiten.",
  language_auto: "Wie der Browser",
};

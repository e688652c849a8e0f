// German texts of web/settings.
import type { settings as english } from "../en/settings.ts";
import type { Shape } from "../shape.ts";

export const settings: Shape<typeof english> = {
  title: "Einstellungen",
  intro: "Darstellung und Sprache dieser Seite, gespeichert in diesem Browser.",
  appearance: "Darstellung",
  theme: "Farbschema",
  density: "Zeilenhöhe",
  density_text: "Höhe der Zeilen in Tabellen.",
  comfortable: "Komfortabel",
  compact: "Kompakt",
  language: "Sprache",
  language_text: "Sprache der Seite und Format von Zahlen und Zeiten.",
  language_auto: "Wie im Browser",
  about: "Über diesen Skuport-Server",
  about_text: "Version und aktueller Zustand",
  version: "Version",
  database: "Datenbank",
  database_up: "Antwortet",
  database_down: "Antwortet nicht",
  workers: "Worker",
  no_workers: "Es läuft kein Worker. Importe warten, bis einer gestartet ist.",
  search: "Suchindex",
  search_current: "Aktuell",
  search_pending: "{n} Änderung steht noch aus | {n} Änderungen stehen noch aus",
  search_text: "Die Suche findet alles, ist aber langsamer, bis der Index aktuell ist.",
  products: "Produkte",
  api_docs: "Dokumentation der API",
};

import type { users as english } from "../en/users.ts";
import type { Shape } from "../shape.ts";

export const users: Shape<typeof english> = {
  title: "Benutzer",
  intro: "Wer sich anmelden kann, und was jede Person darf.",
  all: "Alle Benutzer",
  loading_failed: "Die Benutzer konnten nicht geladen werden",
  more: "Weitere Benutzer zeigen",
  invite: "Benutzer einladen",
  invite_text: "Sie bekommen einen Link, den Sie der Person senden. Mit dem Link wählt sie ein Passwort.",
  create: "Benutzer und Link erstellen",
  name: "Benutzername",
  name_help:
    "Der Name, mit dem sich die Person anmeldet und der bei jeder Änderung steht. Groß- und Kleinschreibung sind gleich.",
  name_missing: "Geben Sie einen Namen ein.",
  role: "Rolle",
  you: "Sie",
  disabled: "Gesperrt",
  invited: "Link noch nicht verwendet",
  never: "Nie angemeldet",
  last: "Letzte Anmeldung: {when}",
  sessions: "{n} Sitzung | {n} Sitzungen",
  key_count: "{n} API-Schlüssel | {n} API-Schlüssel",
  way: {
    password: "Passwort",
    single_sign_on: "Single Sign-on",
    second_factor: "Authenticator-App",
    none: "noch kein Passwort",
  },
  actions: "Aktionen für {name}",
  change_role: "Rolle ändern",
  role_title: "Rolle von {name}",
  role_note:
    "Eine Änderung beendet alle Sitzungen des Benutzers. API-Schlüssel verlieren, was die neue Rolle nicht erlaubt.",
  role_save: "Rolle ändern",
  role_changed: "{name} hat jetzt die Rolle {role}",
  create_link: "Link erstellen",
  end_sessions: "Alle Sitzungen beenden",
  end_title: "Alle Sitzungen von {name} beenden?",
  end_text: "Der Benutzer wird überall abgemeldet und kann sich wieder anmelden. Uploads des Benutzers enden.",
  ended: "{n} Sitzung beendet | {n} Sitzungen beendet",
  disable: "Benutzer sperren",
  disable_title: "{name} sperren?",
  disable_text:
    "Der Benutzer wird überall abgemeldet und kann sich nicht mehr anmelden. Seine API-Schlüssel funktionieren nicht mehr. Sie können ihn wieder freigeben.",
  disabled_done: "{name} ist gesperrt",
  enable: "Benutzer freigeben",
  enabled_done: "{name} kann sich wieder anmelden",
  link: {
    title: "Link für {name} erstellen?",
    reset_text:
      "Mit dem Link wählt die Person ein neues Passwort. Bis dahin gilt das bisherige. Frühere Links dieses Benutzers werden ungültig.",
    invite_text: "Mit dem Link wählt die Person ein Passwort. Frühere Links dieses Benutzers werden ungültig.",
    created: "Link für {name}",
    created_text:
      "Senden Sie der Person diesen Link auf einem sicheren Weg. Er funktioniert einmal und wird nicht noch einmal gezeigt.",
    the_link: "Einmal-Link für {name}",
    until: "Der Link ist gültig bis {when}.",
    done: "Ich habe den Link kopiert",
  },
  keys: "API-Schlüssel aller Benutzer",
  keys_note: "Programme, welche die API verwenden",
};

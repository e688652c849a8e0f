import type { signIn as english } from "../en/sign-in.ts";
import type { Shape } from "../shape.ts";

export const signIn: Shape<typeof english> = {
  title: "Anmelden",
  user: "Benutzername",
  user_missing: "Geben Sie Ihren Benutzernamen ein.",
  password: "Passwort",
  action: "Anmelden",
  or: "oder",
  with: "Mit {name} anmelden",
  ended: "Ihre Sitzung ist beendet",
  ended_text:
    "Sie ist abgelaufen oder wurde beendet: von Ihnen, von einem Administrator oder durch eine Änderung Ihres Passworts oder Ihrer Rolle. Melden Sie sich an, um fortzufahren.",
  no_access: "Kein Konto oder das Passwort vergessen? Ein Administrator kann Ihnen einen Link geben.",
  sso_failed: "Die Anmeldung mit Single Sign-on ist fehlgeschlagen",
  sso_failed_text:
    "Versuchen Sie es noch einmal. Wenn es wieder fehlschlägt, fragen Sie einen Administrator, ob Ihr Konto Skuport verwenden darf.",
  link: {
    first: "Als {user} anmelden",
    invitation: "Willkommen, {user}",
    reset: "Neues Passwort für {user}",
    click: "Ein Klick meldet Sie an.",
    choose: "Wählen Sie das Passwort, mit dem Sie sich künftig anmelden.",
    until: "Der Link funktioniert einmal. Gültig bis: {when}.",
    save: "Passwort speichern und anmelden",
    gone: "Er wurde schon verwendet, durch einen neueren ersetzt oder ist abgelaufen. Lassen Sie sich von einem Administrator einen neuen Link geben.",
    gone_here:
      "Wenn Skuport auf diesem Computer läuft, starten Sie es neu: Solange kein Administrator ein Passwort hat, gibt es dabei einen neuen Link aus. Oder führen Sie „skuport users link admin“ aus.",
    other: "Mit Passwort anmelden",
    failed: "Der Link konnte nicht geprüft werden",
  },
  sign_out: "Abmelden",
  sign_out_failed: "Sie sind noch angemeldet",
  stay: "Angemeldet bleiben",
};

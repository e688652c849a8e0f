// German texts for what the server reports in English: problems, notices, and faults of a mapping. Values in braces come from the server.
// Long because every code of the contract has one text.
import { FAULTS } from "../../../contract/mapping/mapping-faults.ts";
import type { ServerTexts } from "../server-texts.ts";

const CHOOSE_FORMAT = "Speichern Sie die Tabelle als .xlsx oder CSV.";

export const server: ServerTexts = {
  problems: {
    "not-found": "Der Eintrag ist nicht vorhanden. Vielleicht wurde er gelöscht oder umbenannt.",
    "invalid-request": null,
    "unsupported-media-type": "Der Server nimmt diesen Inhaltstyp nicht an.",
    "headers-too-large": "Die Kopfzeilen der Anfrage sind zu groß.",
    "request-timeout": "Die Anfrage kam nicht rechtzeitig vollständig an. Versuchen Sie es noch einmal.",
    "payload-too-large":
      "Die Datei oder die Anfrage überschreitet die Grenze des Servers. Teilen Sie die Datei, oder erhöhen Sie die Grenze in den Einstellungen des Servers.",
    "sku-taken": "Ein anderes Produkt hat diese SKU schon. Wählen Sie eine andere.",
    "precondition-failed": "Das Produkt wurde geändert, seit Sie es geöffnet haben. Laden Sie es neu.",
    "being-changed": "Gerade wird dieses Produkt auch von anderer Stelle geändert. Versuchen Sie es noch einmal.",
    "idempotency-key-reused": "Der Idempotenzschlüssel wurde schon für eine andere Anfrage verwendet.",
    "response-not-stored": "Die Anfrage wurde ausgeführt, aber ihre Antwort ist zu groß, um sie noch einmal zu senden.",
    "request-running": "Diese Anfrage läuft noch. Warten Sie auf ihr Ende.",
    "too-many-streams": "Zu viele Seiten oder Programme sind mit dem Server verbunden. Schließen Sie einige.",
    "too-many-exports": "Es laufen schon so viele Exporte wie möglich. Versuchen Sie es später noch einmal.",
    "too-many-previews":
      "Der Server berechnet gerade viele Vorschauen. Versuchen Sie es in einigen Sekunden noch einmal, oder importieren Sie die Datei ohne Vorschau.",
    "preview-stopped":
      "Die Vorschau brauchte zu viel Zeit oder Speicher. Prüfen Sie, ob das die richtige Datei ist. Sie können die Datei auch ohne Vorschau importieren oder ihre Tabelle als CSV speichern.",
    "does-not-fit-sheet": "Die Daten passen nicht auf ein Tabellenblatt. Exportieren Sie sie als CSV.",
    "unsupported-file": `Die Datei ist keine Tabelle, die gelesen werden kann. ${CHOOSE_FORMAT}`,
    "broken-file":
      "Die Datei ist beschädigt oder unvollständig. Erzeugen Sie sie neu, und laden Sie sie noch einmal hoch.",
    "broken-workbook":
      "Die Arbeitsmappe ist beschädigt. Öffnen Sie sie in einem Tabellenprogramm, speichern Sie sie neu, und laden Sie sie noch einmal hoch.",
    "unpacks-too-large":
      "Die Datei wird beim Entpacken viel größer, als eine Tabelle es sein kann. Prüfen Sie die Datei, und senden Sie die Tabelle als unkomprimierte CSV-Datei.",
    "no-such-sheet": "Dieses Blatt gibt es in der Datei nicht. Wählen Sie ein anderes.",
    "no-such-member": "Diese Datei gibt es in der ZIP-Datei nicht. Wählen Sie eine andere.",
    "empty-file":
      "Die Datei enthält keine Daten. Prüfen Sie das Programm, das sie erzeugt hat, und laden Sie sie noch einmal hoch.",
    "no-sku-column":
      "Keine Spalte der Datei ist als SKU zu erkennen. Wählen Sie die Spalte mit den SKUs, oder nennen Sie sie in der Datei „sku“.",
    "mapping-invalid": "Die Anweisung „{statement}“ der Zuordnung ist nicht gültig oder passt nicht zur Datei.",
    "no-such-column": "Die Datei hat diese Spalte nicht. Wählen Sie eine andere.",
    "key-in-doubt": "Es ist unklar, welche Spalte die SKU enthält. Wählen Sie die Spalte mit den SKUs.",
    "records-in-doubt":
      "Die Datei enthält mehrere Listen der gleichen Art, etwa eine für jede Kategorie oder Sprache. Wählen Sie, welche Listen importiert werden.",
    "name-in-doubt":
      "Es ist unklar, welche Spalte die Namen der Produkte enthält, und neue Produkte brauchen Namen. Wählen Sie die Spalte mit den Namen.",
    "encoding-in-doubt":
      "Der Zeichensatz der Datei ist nicht sicher zu erkennen. Wählen Sie den Zeichensatz, bei dem Buchstaben wie ä, é oder ß richtig aussehen.",
    "value-unseen": "Die Datei enthält einen Wert, den die Wertezuordnung nicht kennt. Nehmen Sie ihn dort auf.",
    review: "Prüfen Sie, was aus jeder Spalte wird, und starten Sie dann den Import.",
    "columns-changed": "Die Spalten der Datei sind nicht mehr dieselben wie die des Profils.",
    "bad-header":
      "Die Spaltennamen sind nicht lesbar. Wählen Sie Trennzeichen, Anführungszeichen und Zeichensatz, oder korrigieren Sie die Datei.",
    "upload-interrupted":
      "Der Upload wurde unterbrochen, und es wurde nichts importiert. Laden Sie die Datei noch einmal hoch.",
    "upload-offset": "Der Upload muss an einer anderen Stelle der Datei fortgesetzt werden.",
    "upload-gone": "Dieser Upload wurde abgebrochen oder ist abgelaufen. Laden Sie die Datei noch einmal hoch.",
    "too-many-uploads": "Es gibt zu viele unvollständige Uploads. Setzen Sie einige fort, oder verwerfen Sie sie.",
    "tus-version": "Diese Version des Upload-Protokolls wird nicht unterstützt. Laden Sie die Seite neu.",
    "too-many-files": "Der Server empfängt gerade zu viele Dateien. Versuchen Sie es in einigen Sekunden noch einmal.",
    "disk-full":
      "Der Datenträger des Servers ist zu voll für diese Datei. Geben Sie Speicherplatz frei, oder verwerfen Sie unvollständige Uploads, und laden Sie die Datei noch einmal hoch.",
    "nearly-all-rejected":
      "Fast alle der ersten Zeilen wurden abgelehnt. Deshalb wurde der Import beendet und nichts importiert.",
    "nothing-imported": "Keine Zeile der Datei wurde übernommen.",
    "rejected-rows": "Die Datei hat fehlerhafte Zeilen. Ein strenger Import übernimmt alle Zeilen oder keine.",
    "other-server":
      "Die Datei wurde an einen anderen Server gesendet, der sie in einem eigenen Ordner aufbewahrt. Laden Sie die Datei noch einmal hoch.",
    "not-held": "Der Import wartet nicht mehr auf eine Antwort.",
    "already-finished": "Der Vorgang ist schon zu Ende und kann nicht mehr abgebrochen werden.",
    "confirmation-needed": "Bestätigen Sie die Aktion.",
    "already-undone": "Diese Änderung ist schon rückgängig gemacht.",
    "changeset-running": "Diese Änderung läuft noch. Warten Sie auf ihr Ende.",
    "history-purged": "Die früheren Werte dieser Änderung sind nicht mehr gespeichert.",
    "webhook-disabled": "Der Webhook ist ausgeschaltet. Schalten Sie ihn zuerst ein.",
    "limit-reached":
      "Es gibt schon so viele Einträge wie möglich. Löschen Sie einen, bevor Sie einen weiteren anlegen.",
    "refused-url": "Diese Adresse liegt in einem Netz, das Webhooks nicht aufrufen dürfen.",
    "file-missing":
      "Die hochgeladene Datei fehlt auf dem Server oder wurde dort verändert. Laden Sie sie noch einmal hoch.",
    "store-unavailable":
      "Der Objektspeicher für hochgeladene Dateien ist nicht erreichbar. Versuchen Sie es in einigen Minuten noch einmal. Der Grund steht im Protokoll des Servers.",
    "worker-died":
      "Der Worker des Imports ist beim Verarbeiten der Datei zweimal abgestürzt oder hängen geblieben. Speichern Sie die Datei als CSV, oder teilen Sie sie, und laden Sie sie noch einmal hoch. Der Grund steht im Protokoll des Servers.",
    "no-such-profile": "Ein Profil mit diesem Namen gibt es nicht. Wählen Sie ein anderes.",
    "profile-changed": "Das Profil wurde inzwischen von anderer Stelle geändert. Laden Sie es neu.",
    "profile-tests-fail":
      "Mit dieser Änderung schlagen Tests des Profils fehl. Korrigieren Sie das Profil oder seine Tests.",
    "profile-exists": "Es gibt schon ein Profil mit diesem Namen. Wählen Sie einen anderen.",
    "built-in-profile":
      "Dieses Profil gehört zu Skuport: Es hat keine Versionen und kann nicht gelöscht werden. Speichern Sie einen eigenen Text unter diesem oder einem neuen Namen.",
    "forbidden-host": "Der Server nimmt Anfragen unter diesem Hostnamen nicht an.",
    "https-required": "Öffnen Sie Skuport unter seiner Adresse mit https://.",
    "sign-in-required": "Sie sind nicht oder nicht mehr angemeldet. Melden Sie sich an.",
    "sign-in-failed": "Der Benutzername, das Passwort oder der Code stimmt nicht. Prüfen Sie Ihre Eingaben.",
    "code-required": "Geben Sie den Code Ihrer Authenticator-App oder einen Wiederherstellungscode ein.",
    "too-many-attempts":
      "Es gab zu viele fehlgeschlagene Versuche. Warten Sie einige Minuten, und versuchen Sie es noch einmal.",
    "not-permitted": "Ihre Rolle oder Ihr API-Schlüssel erlaubt das nicht. Fragen Sie einen Administrator.",
    "recent-sign-in-required":
      "Ihre letzte Anmeldung liegt zu lange zurück. Bestätigen Sie sie mit Ihrem Passwort oder einem Code.",
    "second-factor-required":
      "Administratoren brauchen hier eine Authenticator-App. Richten Sie sie auf der Seite „Konto“ ein.",
    "single-sign-on-failed": "Melden Sie sich noch einmal an.",
    "single-sign-on-expired": "Melden Sie sich noch einmal an.",
    "single-sign-on-unavailable":
      "Versuchen Sie es in einer Minute noch einmal. Fragen Sie sonst Ihre Administration, ob der Identitätsanbieter erreichbar ist.",
    "no-role": "Fragen Sie Ihre Administration, ob Ihr Konto Skuport benutzen darf.",
    "link-not-valid":
      "Der Link wurde schon verwendet, ersetzt oder ist abgelaufen. Lassen Sie sich von einem Administrator einen neuen geben.",
    "password-refused": "Dieses Passwort kann nicht verwendet werden. Wählen Sie ein anderes.",
    "user-exists": "Es gibt schon einen Benutzer mit diesem Namen. Wählen Sie einen anderen Namen.",
    "user-disabled": "Der Benutzer ist deaktiviert. Aktivieren Sie ihn zuerst.",
    "last-administrator":
      "Das ist der letzte Administrator, der sich anmelden kann. Geben Sie zuerst einem anderen Benutzer diese Rolle.",
    "no-mail-server": "Erstellen Sie den Link ohne E-Mail-Adresse, und senden Sie ihn selbst.",
    "not-ready": "Der Server ist im Moment nicht bereit. Versuchen Sie es in einigen Sekunden noch einmal.",
    "internal-error":
      "Auf dem Server ist ein unerwarteter Fehler aufgetreten. Versuchen Sie es noch einmal. Der Grund steht im Protokoll des Servers.",
  },
  reasons: {
    "blank-cells": "Alle Zellen der Datei sind leer. Prüfen Sie das Programm, das sie erzeugt hat.",
    "empty-sheet": "Das Blatt „{sheet}“ ist leer. Wählen Sie ein anderes.",
    "header-line":
      "Die Spaltennamen in Zeile {line} sind nicht lesbar. Korrigieren Sie diese Zeile, oder wählen Sie Trennzeichen, Anführungszeichen und Zeichensatz.",
    "header-too-wide":
      "Zeile {line} hat mehr als {columns} Spalten. Löschen Sie die Spalten, die nicht gebraucht werden, oder wählen Sie das richtige Trennzeichen.",
    "quoted-lines":
      "Jede Zeile der Datei steht als Ganzes in Anführungszeichen. Deshalb hat die Datei nur eine Spalte. Entfernen Sie die Anführungszeichen um die Zeilen, oder exportieren Sie die Datei neu.",
    "mixed-delimiters":
      "Die Kopfzeile hat ein anderes Trennzeichen als die Zeilen darunter. Verwenden Sie überall dasselbe, und importieren Sie die Datei noch einmal.",
    "no-header":
      "Die Datei hat keine Zeile mit Spaltennamen. Deshalb ist unklar, welche ihrer {columns} Spalten die SKU enthält. Fügen Sie als erste Zeile die Spaltennamen ein.",
    "old-workbook":
      "Die Datei ist eine sehr alte Arbeitsmappe von Excel, die hier nicht lesbar ist. Speichern Sie sie als .xlsx ohne Kennwort oder als CSV.",
    "packed-file":
      "Die Datei ist ein Archiv, das hier nicht entpackt werden kann. Entpacken Sie sie, und laden Sie die Tabelle hoch, die sie enthält.",
    "data-file":
      "Die Datei enthält Daten in einem Format, das keine Tabelle ist. Exportieren Sie die Produkte aus dem Programm, das die Datei erzeugt hat, als CSV oder .xlsx.",
    document: `Die Datei ist ein Dokument und keine Tabelle. ${CHOOSE_FORMAT}`,
    "not-a-table":
      "Die Datei ist keine Tabelle, sondern etwa ein Bild, ein Film, ein Ton oder ein Programm. Laden Sie die Tabelle selbst hoch.",
    "other-text":
      "Die Datei ist ein Text, aber keine Tabelle, sondern etwa ein Protokoll, ein Programm oder ein Brief. Exportieren Sie die Produkte als CSV oder .xlsx.",
    "zip-password": "Die ZIP-Datei hat ein Kennwort. Entpacken Sie sie, und laden Sie die Tabelle hoch.",
    "zip-without-table":
      "Die ZIP-Datei enthält keine Tabelle. Laden Sie eine CSV-Datei oder eine Arbeitsmappe (.xlsx) hoch.",
    "zip-with-tables":
      "Die ZIP-Datei enthält {count} Tabellen. Das sind zu viele. Verteilen Sie sie auf mehrere ZIP-Dateien, oder laden Sie sie einzeln hoch.",
    "workbook-password": "Die Arbeitsmappe hat ein Kennwort. Speichern Sie sie ohne Kennwort.",
    "binary-workbook": "Die Datei ist eine binäre Arbeitsmappe (.xlsb). Speichern Sie sie als .xlsx oder CSV.",
    "office-document":
      "Die Datei ist ein Textdokument oder eine Präsentation. Speichern Sie ihre Tabelle als .xlsx oder CSV.",
    "parquet-encrypted": "Die Parquet-Datei ist verschlüsselt. Schreiben Sie sie ohne Verschlüsselung oder als CSV.",
    "parquet-feature":
      "Die Parquet-Datei ist auf eine Weise geschrieben, die hier nicht lesbar ist. Schreiben Sie sie mit Snappy oder Zstandard, einfacher Codierung und kleinen Seiten.",
    "parquet-empty": "Die Parquet-Datei hat keine Zeilen mit Werten. Prüfen Sie den Export, der sie erzeugt hat.",
    "web-page": "Die Datei ist eine Webseite (HTML) ohne Tabelle. Exportieren Sie die Produkte als CSV oder .xlsx.",
    "typographic-quotes":
      'Einige Felder der Datei stehen in typografischen Anführungszeichen, die meisten aber nicht. Ersetzen Sie diese durch gerade Anführungszeichen (").',
    "too-much-text":
      "Die Zellen der Arbeitsmappe enthalten viel mehr Text als eine Tabelle dieser Größe. Löschen Sie Text, der sich in jeder Zeile wiederholt, oder speichern Sie die Tabelle als CSV.",
    "sheet-missing": "Die Arbeitsmappe hat kein Blatt „{sheet}“. Ihre Blätter sind: {sheets}.",
    "not-a-workbook":
      "Die Datei ist keine Arbeitsmappe. Deshalb hat sie kein Blatt „{sheet}“. Importieren Sie sie, ohne ein Blatt zu wählen.",
    "member-missing": "Die ZIP-Datei enthält keine Datei „{member}“. Ihre Dateien sind: {members}.",
    "not-a-zip":
      "Die Datei ist keine ZIP-Datei. Deshalb enthält sie keine Datei „{member}“. Importieren Sie sie, ohne eine Datei in ihr zu wählen.",
    "parts-differ":
      "Die Spaltennamen von „{second}“ sind nicht so zu lesen wie die von „{first}“. Importieren Sie diese Dateien einzeln.",
    "column-missing": "Die Datei hat keine Spalte „{column}“. Ihre Spalten sind: {columns}.",
    "new-columns":
      "Die Datei hat Spalten, die das Profil „{profile}“ nicht kennt: {columns}. Was soll mit ihnen geschehen?",
    "missing-columns": "In der Datei fehlen Spalten des Profils „{profile}“: {columns}.",
    "unseen-values": "Die Wertezuordnung der Spalte „{column}“ enthält nicht: {listed}. Anzahl der Zeilen: {count}.",
    "rows-rejected":
      "Von den ersten {rows} Zeilen wurden {rejected} abgelehnt. Deshalb wurde der Import beendet und nichts importiert.",
    "strict-rows":
      "Die Datei hat fehlerhafte Zeilen, nämlich {count}. Mit „Alles oder nichts“ wird deshalb nichts importiert. Korrigieren Sie die Zeilen, oder schalten Sie „Alles oder nichts“ aus.",
    "rows-unloaded":
      "Der Worker des Imports ist beim Laden der Zeilen {first} bis {last} zweimal abgestürzt oder hängen geblieben. Diese Zeilen wurden nicht importiert. Laden Sie die Datei ohne diese Zeilen noch einmal hoch. Der Grund steht im Protokoll des Servers.",
    unanswered:
      "Die Frage zu diesem Import wurde nicht innerhalb von {hours} Stunden beantwortet. Es wurde nichts importiert. Laden Sie die Datei noch einmal hoch.",
    "no-worker":
      "Kein Worker dieses Servers läuft, deshalb warten Importe. Der Server startet von selbst einen; wenn diese Meldung bleibt, steht der Grund im Protokoll des Servers.",
    "test-too-large":
      "Die Datei hat zu viele Zeilen für einen Test. Ein Test hat höchstens {limit} Produkte und {limit} abgelehnte Zeilen.",
    "profile-named": "Es gibt schon ein Profil „{name}“. Wählen Sie einen anderen Namen.",
    "mapping-equal-names":
      "„{statement}“: Die Namen „{first}“ und „{second}“ unterscheiden sich nur durch Leerzeichen. Entfernen Sie einen davon.",
    "mapping-template":
      "„{statement}“: Die Vorlage ist nicht gültig. Prüfen Sie ihre Platzhalter und geschweiften Klammern.",
    "mapping-unknown-placeholder":
      "„{statement}“: {placeholder} ist weder eine Spalte der Datei noch ein Platzhalter der Vorlage.",
    "mapping-needs-placeholder": "„{statement}“: In der Vorlage fehlt der Platzhalter {placeholder}.",
    "mapping-attribute-name":
      "„{statement}“: „{name}“ ist leer, zu lang oder aus anderem Grund kein möglicher Name eines Merkmals.",
    "mapping-reserved-name": "„{statement}“: „{name}“ kann kein Merkmal sein, weil eine andere Spalte so heißt.",
    "mapping-too-deep": "„{statement}“: Bedingungen sind tiefer als {limit} Stufen verschachtelt.",
    "mapping-needs": "„{statement}“: Es fehlt {members}.",
    "mapping-either": "„{statement}“: Verwenden Sie genau eines von {members}.",
    "mapping-pairs": "„{statement}“: {members} sind nur mit „each“ möglich. Verwenden Sie stattdessen „like“.",
    "mapping-list": "„{statement}“: Der Wert muss ein Text sein und keine Liste. Verwenden Sie „join“.",
    "mapping-too-large": "„{statement}“: Die Zuordnung verwendet zu viele Spalten oder Muster.",
    "mapping-hold":
      "„{statement}“: „hold“ braucht eine Wertezuordnung („map“), in die der fehlende Wert aufgenommen werden kann.",
    "mapping-number":
      "„{statement}“: Die Beispielzahl zeigt nicht eindeutig, welches Zeichen das Dezimaltrennzeichen ist. Ein Beispiel: 1.234,56.",
    "mapping-date": "„{statement}“: Das Beispieldatum ist nicht eindeutig. Ein Beispiel: 31.12.2026.",
    "mapping-equal-values":
      "„{statement}“: Zwei Werte unterscheiden sich nur durch Groß- und Kleinschreibung oder Leerzeichen.",
    "mapping-same-attribute":
      "Zwei Spalten werden zum selben Merkmal „{name}“. Geben Sie einer davon einen anderen Namen.",
    "mapping-same-column":
      "„{statement}“: Die Spalte „{column}“ bekommt zwei verschiedene neue Namen. Entfernen Sie einen davon.",
    "mapping-format":
      "„{statement}“: Die Werte kommen aus den Spalten selbst. „from“ und „const“ sind hier nicht möglich.",
    "mapping-too-many-names":
      "Aus den Werten der Datei entstehen mehr als {limit} Namen von Merkmalen. Prüfen Sie, ob die Anweisung „{statement}“ die richtige Spalte verwendet.",
    "mapping-lacks-columns": "„{statement}“: In der Datei fehlen ihre Spalten.",
    "mapping-looked-up-key":
      "„{statement}“: Ein Schlüssel kann nicht in einer Tabelle nachgeschlagen werden, weil Tabellen erst am Ende der Datei vollständig sind.",
    "mapping-no-table": "„{statement}“: Die Zuordnung hat keine Tabelle „{table}“.",
    "mapping-table-too-large":
      "Die Nachschlagetabellen der Datei haben mehr als {limit} Einträge oder 64 MB Text. Prüfen Sie die Tabelle „{table}“ der Zuordnung, oder teilen Sie die Datei.",
    "mapping-products-too-large":
      "Die Produkte hätten mehr als {limit}-mal so viel Text wie die Datei. Prüfen Sie, welche Werte der Zuordnung für viele Produkte gleich sind, etwa Werte einer ganzen Gruppe und Pfade in Nachschlagetabellen.",
    "mapping-too-scattered":
      "Die Zeilen desselben Produkts stehen an mehr als {limit} Stellen der Datei. Sortieren Sie die Datei nach dem Schlüssel, damit die Zeilen jedes Produkts beieinander stehen, oder teilen Sie die Datei.",
    "not-xml":
      "Die Datei ist kein gültiges XML: Zeile {line} enthält einen Fehler. Vielleicht ist die Datei unvollständig. Erzeugen Sie sie neu, und laden Sie sie noch einmal hoch.",
    "not-json":
      "Die Datei ist kein gültiges JSON: Zeile {line} enthält einen Fehler. Vielleicht ist die Datei unvollständig. Erzeugen Sie sie neu, und laden Sie sie noch einmal hoch.",
    "json-one-record":
      "Die Datei ist ein JSON-Objekt, das als ein einziger Datensatz gelesen wird, und dieser hat keine Spalte für die SKU. Wenn jedes Element eines Objekts in der Datei ein Produkt ist, nennen Sie den Pfad dieser Elemente in einer Zuordnung, etwa als record „products/*“ mit dem Schlüssel „@key“. Wählen Sie sonst die Spalte mit den SKUs.",
    "record-kinds":
      "Die Datei hat keine Zeile mit Spaltennamen, und ihre erste Spalte enthält offenbar die Art jeder Zeile ({kinds}), wie bei DATANORM. Importieren Sie sie mit einer Zuordnung, die die Spalten benennt (file.header.names) und die Zeilen jeder Art beschreibt (kinds).",
    "tree-no-records":
      "Die Datei enthält keine Liste von Elementen oder Objekten, die Produkte sein könnten. Exportieren Sie die Produkte aus dem Programm, das die Datei erzeugt hat.",
    "tree-record-missing":
      "Die Datei enthält kein „{record}“ mit Werten. Prüfen Sie den Pfad der Datensätze in der Zuordnung, oder ob das die richtige Datei ist.",
    "tree-long-records":
      "Jeder Datensatz der Datei ist länger als {limit} MB; der erste beginnt in Zeile {line}. Prüfen Sie, ob das die richtige Datei ist, oder nennen Sie den Pfad der Datensätze in einer Zuordnung.",
    "tree-many-paths":
      "Die Datensätze der Datei haben mehr als {limit} verschiedene Pfade. Prüfen Sie, ob das die richtige Datei ist, oder nennen Sie in einer Zuordnung die Datensätze und die Pfade, die gelesen werden.",
    "mapping-path": "Ein Pfad in der Zuordnung hat mehr als {limit} Schritte.",
    "mapping-table-path":
      "„{statement}“: In einer Tabelle aus anderen Elementen als den Datensätzen muss der Wert ein Pfad sein.",
    "mapping-around-records":
      "Die Werte um die Datensätze, welche die Zuordnung mit „..“ liest, sind länger als {limit} MB. Lesen Sie andere Pfade, oder teilen Sie die Datei.",
    "mapping-too-much-text":
      "„{statement}“: Feste Texte der Zuordnung werden in jeder Zeile zu lang, weil Texte durch längere ersetzt werden.",
    "mapping-filled-key":
      "„{statement}“: Die Spalte „{column}“ kann nicht aufgefüllt werden, weil „{member}“ ihre Werte in allen Zeilen der Datei vergleicht, bevor eine Zelle aufgefüllt wird. Schreiben Sie den Wert in jede Zeile der Datei, oder lassen Sie „{member}“ weg. Wenn die Zeilen mit leerer Zelle nur die Zeile darüber ergänzen, nennen Sie sie in „group.adds“, statt die Spalte aufzufüllen.",
    "mapping-early-value":
      "„{statement}“: Der Wert liest etwas, das noch nicht feststeht, wenn er gebraucht wird: Werte der Gruppe, das erste Produkt oder eine Tabelle.",
    "password-too-short": "Das Passwort muss mindestens {min} Zeichen lang sein. Wählen Sie ein längeres.",
    "password-too-long": "Das Passwort darf höchstens {max} Zeichen lang sein. Wählen Sie ein kürzeres.",
    "password-of-name":
      "Das Passwort besteht größtenteils aus Ihrem Benutzernamen oder dem Namen dieses Programms. Wählen Sie ein anderes.",
    "password-breached":
      "Dieses Passwort steht in einer Liste gestohlener Passwörter, die Angreifer zuerst ausprobieren. Wählen Sie ein anderes.",
    "passwords-off": "Auf diesem Server sind Passwörter abgeschaltet. Verwenden Sie Single Sign-on.",
    "password-elsewhere": "Sie melden sich mit Single Sign-on an. Ändern Sie Ihr Passwort beim Identitätsanbieter.",
    "no-second-factor": "Sie haben keine Authenticator-App.",
    "set-up-code":
      "Der Code stimmt nicht, oder die Einrichtung hat vor mehr als 15 Minuten begonnen. Geben Sie den Code ein, den die App jetzt zeigt, oder beginnen Sie noch einmal.",
  },
  notices: {
    active_as_attribute: "Die Werte sind weder ja noch nein. Deshalb wird die Spalte als Merkmal importiert.",
    name_doubtful:
      "Diese Spalte wird nach ihrem Namen zum Namen der Produkte, aber ihre Werte sind nur Zahlen, nur Adressen oder immer gleich. Wenn eine andere Spalte die Namen enthält, wählen Sie diese.",
    damaged_numbers:
      "Ein Tabellenprogramm hat Zahlen gekürzt, etwa {text} (Zeile {lines}). Die fehlenden Ziffern sind nicht wiederherzustellen: Lassen Sie sich die Datei mit dieser Spalte als Text geben.",
    missing_values:
      "Zellen enthalten {text}, das Datenbanken für einen fehlenden Wert schreiben (Zeile {lines}). Das Wort wird als Text gespeichert.",
    formulas:
      "Zellen enthalten Formeln statt ihrer Ergebnisse, etwa {text} (Zeile {lines}). Die Formel wird als Text gespeichert: Lassen Sie sich die Datei mit den Ergebnissen geben.",
    guarded_numbers:
      "Zellen beginnen mit einem Backtick vor einer Zahl, etwa {text} (Zeile {lines}). Der Backtick wird mitgespeichert: Exportieren Sie die Datei ohne ihn, oder entfernen Sie ihn mit einer Ersetzung.",
    wrong_letters:
      "Zellen enthalten Buchstaben, die schon in der Datei falsch sind, etwa „{text}“ (Zeile {lines}). Exportieren Sie die Datei mit dem richtigen Zeichensatz neu.",
    encoding_uncertain:
      "Der Zeichensatz {encoding} ist nur an wenigen Buchstaben zu erkennen. Mit {other} hieße ein Text „{text}“. Wenn das richtig aussieht, wählen Sie den Zeichensatz {other}.",
    short_rows:
      "Zeilen haben weniger Zellen als die Kopfzeile (Zeile {lines}). Die fehlenden Zellen am Ende gelten als leer. Fehlt eine Zelle in der Mitte, korrigieren Sie die Zeile, und importieren Sie die Datei noch einmal.",
    second_table:
      "Die Werte ab Zeile {line}, unter einer leeren Zeile, sind von anderer Art als die darüber. Falls dort eine zweite Tabelle beginnt, löschen Sie sie aus der Datei, und importieren Sie die Datei noch einmal.",
    repeated_column:
      "Mehrere Spalten haben diesen Namen. Alle außer der ersten werden zu Merkmalen, deren Namen mit einer Zahl enden.",
    look_alikes:
      "SKUs oder Spaltennamen enthalten Zeichen, die wie andere Zeichen aussehen. Namen, die gleich aussehen, können deshalb verschieden sein.",
    date_skus:
      "SKUs sehen aus wie Datumsangaben, in die ein Tabellenprogramm Nummern wie 1-3 umgewandelt hat: {listed} (Zeile {lines}). Lassen Sie sich die Datei in diesem Fall mit den SKUs als Text geben.",
    total_rows:
      "Die SKU ist ein Wort für eine Summe: {listed} (Zeile {lines}). Wenn die Zeile kein Produkt ist, ignorieren oder löschen Sie sie.",
    unknown_value: "Die Wertezuordnung enthält nicht: {listed}. Diese Werte bleiben unverändert.",
    new_column: "Das Profil „{profile}“ kennt diese Spalte nicht.",
    other_sheets: "Auch diese Blätter der Arbeitsmappe haben eine SKU-Spalte und werden nicht importiert: {sheets}.",
    next_members:
      "Diese Tabellen der ZIP-Datei werden nach dieser importiert, jede als eigener Import: {members}. Wenn dieser Import scheitert oder abgebrochen wird, werden sie nicht importiert.",
    other_members:
      "Diese Tabellen der ZIP-Datei werden nicht importiert, weil keine ihrer Spalten als SKU zu erkennen ist, sie keine Zeilen haben oder eine ZIP-Datei höchstens 20 Importe auslöst: {members}.",
    missing_column: "In der Datei fehlt diese Spalte, die das Profil verwendet. Ihre Werte bleiben unverändert.",
    renamed_column:
      "In der Datei fehlt die Spalte „{from}“ des Profils „{profile}“, und neu ist die Spalte „{to}“. Wenn die Spalte umbenannt wurde, ändern Sie das Profil.",
    rows_grouped:
      "Mehrere Zeilen gehören zu einem Produkt oder einer Gruppe: {rows} Zeilen ergeben {products} Produkte.",
    group_repeated:
      "Die Zeilen einer Gruppe stehen nicht beieinander und gelten deshalb als mehrere Gruppen (Anzahl {groups}, Zeile {lines}). Sortieren Sie die Datei nach der Gruppe.",
    profiles_tied:
      "Diese Profile passen gleich gut zu den Spalten, deshalb wird keines verwendet: {profiles}. Wählen Sie eines.",
  },
  many: {
    new_column: "Das Profil „{profile}“ kennt diese Spalten nicht: {columns}.",
    missing_column: "In der Datei fehlen diese Spalten, die das Profil „{profile}“ verwendet: {columns}.",
  },
  faults: {
    [FAULTS.storable]: "Der Wert enthält ein Zeichen, das nicht gespeichert werden kann. Entfernen Sie es.",
    [FAULTS.member]: "Möglich sind hier der Name einer Spalte, eine Liste oder ein Objekt mit „from“.",
    [FAULTS.map]: "Eine Wertezuordnung kann nicht so viele Werte haben.",
    [FAULTS.need]: "„need“ ist größer als die Anzahl der Spalten in „columns“.",
    [FAULTS.profile_name]: "Geben Sie einen Namen ohne Steuerzeichen ein, der nicht zu lang ist.",
    [FAULTS.reserved_name]: "Dieser Name ist reserviert. Wählen Sie einen anderen.",
    [FAULTS.new_name]: 'Geben Sie einen Namen ohne diese Zeichen ein: / \ ? * : " < > |',
    [FAULTS.json_string]: "Die Zuordnung ist ein Text in JSON. Geben Sie ein Objekt ein.",
  },
};

// The words for yes and no in a cell of the column `active`, used by imports and by the page's cell editor.

/** Splits a list of words. */
const words = (text: string): string[] => text.trim().split(/\s+/);

// These words cover the languages whose headers the importer recognizes (src/imports/read/columns/column-synonyms.ts), and the words with
// which shops mark products as shown or hidden. A shop that names the column "aktiv" writes "ja" in it, and a spreadsheet writes booleans
// in its user's language. No word may mean yes in one language and no in another.
const YES: ReadonlySet<string> = new Set([
  ...words("yes y true t 1 on active activated enabled enable published visible online live listed public show shown"),
  ...words(
    "ja j wahr aktiv aktiviert sichtbar veröffentlicht öffentlich an freigegeben oui vrai actif activé publié visible",
  ),
  ...words(
    "en-ligne sí si sì verdadero activo activado publicado sim verdadeiro ativo vero attivo pubblicato visibile",
  ),
  ...words(
    "waar actief zichtbaar gepubliceerd tak prawda aktywny widoczny opublikowany ano pravda aktivní igen igaz aktív",
  ),
  ...words("da adevărat activ evet doğru aktif kyllä tosi ✓ ✔"),
  ...words("taip jā jah áno نعم כן ใช่ aktivan aktivno"),
  ...words("да истина вкл включен включено активен активный опубликован опубликовано так ναι"),
  "en ligne",
  ...words("はい 有効 公開 表示 オン 是 真 启用 上架 有效 예 참 활성"),
]);
const NO: ReadonlySet<string> = new Set([
  ...words(
    "no n false f 0 off inactive deactivated disabled disable unpublished hidden invisible offline draft archived",
  ),
  ...words("trashed trash unlisted private hide pending deleted discontinued"),
  "not visible",
  "not active",
  "not published",
  "nicht aktiv",
  "nicht sichtbar",
  "hors ligne",
  ...words(
    "nein falsch inaktiv deaktiviert unsichtbar versteckt verborgen entwurf archiviert aus gesperrt unveröffentlicht",
  ),
  ...words(
    "non faux inactif désactivé masqué caché brouillon archivé hors-ligne falso inactivo desactivado oculto borrador",
  ),
  ...words(
    "archivado não nao inativo rascunho arquivado inattivo nascosto bozza archiviato nee onwaar inactief verborgen",
  ),
  ...words(
    "concept nie fałsz nieaktywny ukryty szkic nepravda neaktivní nem hamis inaktív nu fals inactiv hayır yanlış pasif",
  ),
  ...words("ei epätosi nej falskt falsk"),
  ...words("ne nē neaktivno neaktivan لا לא ไม่ใช่"),
  ...words("нет ложь выкл выключен отключен отключено неактивен неактивный скрыт черновик ні όχι οχι"),
  ...words("いいえ 無効 非公開 非表示 オフ 下書き 否 假 停用 下架 无效 아니요 거짓 비활성"),
]);

/** Whether the numbers -1 and 2 mean no in a column. The other values of the column decide: a shop that writes 1 for yes may write -1 or
 * 2 for no. */
export interface YesNoNumbers {
  minus_one: boolean;
  two: boolean;
}

/** Parses a cell of the column `active`, ignoring case and surrounding white space. Returns undefined if the cell means neither
 * yes nor no. */
export function parseYesNo(text: string, numbers?: YesNoNumbers): boolean | undefined {
  // Nearly every cell is spelled exactly like one of the listed words. This lookup takes a tenth of the time of the steps below.
  if (YES.has(text)) return true;
  if (NO.has(text)) return false;
  const word = withoutDecimals(text.trim().normalize("NFC").toLowerCase());
  if (YES.has(word)) return true;
  if (NO.has(word) || (numbers?.minus_one === true && word === "-1") || (numbers?.two === true && word === "2"))
    return false;
  return undefined;
}

/** Removes zeros after the decimal point, because some spreadsheets write 1 as `1.0`. */
function withoutDecimals(word: string): string {
  const match = /^(-?\d)[.,]0{1,10}$/.exec(word);
  return match?.[1] ?? word;
}

// Texts for the notices and rejected rows of an import, in the current language.
import type { Reject, RejectCode } from "../../../contract/imports/imports.ts";
import type { Notice } from "../../../contract/imports/notices.ts";
import { shownLanguage } from "../../texts/language.ts";
import { noticeWords } from "../../texts/server-texts.ts";
import { groupedText } from "./grouped-text.ts";
import { t } from "../../texts/t.ts";

/** The text of the notice in the current language, with the name of the column. If the page has no text for the notice, returns the
 * server's English message, which already names the column. */
export function noticeText(notice: Notice): string {
  const text = notice.code === "rows_grouped" ? groupedText(notice) : noticeWords(notice);
  if (text === undefined) return notice.message;
  return notice.column === null ? text : t("imports.notice.about", { column: notice.column, text });
}

export const reasonLabel = (code: RejectCode): string => t(`imports.reject.${code}`);

/** Maximum number of characters of a value that is shown with its reason. */
const SHOWN_CHARACTERS = 60;

/** In English, returns the server's message. In other languages, returns the label of the reason with the rejected value. */
export function rejectMessage({ code, message, value }: Pick<Reject, "code" | "message" | "value">): string {
  if (shownLanguage.value === "en") return message;
  const shown = value?.trim() ?? "";
  return shown === "" || shown.length > SHOWN_CHARACTERS
    ? reasonLabel(code)
    : t("imports.rejects.of_value", { value: shown, reason: reasonLabel(code) });
}

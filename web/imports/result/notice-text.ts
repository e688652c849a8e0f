// Notices in the current language.
import type { Import } from "../../../contract/imports/imports.ts";
import { shownLanguage } from "../../texts/language.ts";
import { t } from "../../texts/t.ts";

type Notice = Import["notices"][number];

/** The server's message, which has all details but exists only in English; in other languages, the text of the code with the column. */
export function noticeText({ code, message, column }: Notice): string {
  if (shownLanguage.value === "en") return message;
  const text = t(`imports.notice.${code}`);
  return column === null ? text : t("imports.notice.about", { column, text });
}

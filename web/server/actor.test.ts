import { expect, test } from "vitest";
import { german } from "../texts/de.ts";
import { i18n } from "../texts/t.ts";
import { actorName, actorOf } from "./actor.ts";

test.each(["en", "de"] as const)("in %s, a typed display name finds the actor", (language) => {
  i18n.global.setLocaleMessage("de", german);
  i18n.global.locale.value = language;
  for (const actor of ["local", "Ada", "Ada (key shop)", "Ada (key a (key b))"])
    expect(actorOf(actorName(actor))).toBe(actor);
  expect(actorName("Ada (key shop)")).toBe(language === "en" ? "Ada (key shop)" : "Ada (Schlüssel shop)");
  i18n.global.locale.value = "en";
});

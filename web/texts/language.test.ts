import { expect, test } from "vitest";
import { localeFor } from "./language.ts";

test("numbers and times follow the browser's own variant of the language, if it is one", () => {
  expect(localeFor("en", ["de-CH", "en-GB"])).toBe("en-GB");
  expect(localeFor("de", ["en-GB"])).toBe("de");
  expect(localeFor("en", ["en-US@posix"])).toBe("en");
  expect(localeFor("en", ["en-US@posix", "en-AU"])).toBe("en-AU");
});

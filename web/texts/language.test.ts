import { expect, test } from "vitest";
import { localeFor } from "./language.ts";

test("numbers and times use the browser's variant of the language if Intl supports it", () => {
  expect(localeFor("en", ["de-CH", "en-GB"])).toBe("en-GB");
  expect(localeFor("de", ["en-GB"])).toBe("de");
  expect(localeFor("en", ["en-US@posix"])).toBe("en");
  expect(localeFor("en", ["en-US@posix", "en-AU"])).toBe("en-AU");
});

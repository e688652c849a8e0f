// No page violates the content security policy. Violations are recorded even if the page catches the resulting errors.
import { expect, test } from "vitest";
import { startJourney, pagesOf } from "./support/journey.ts";

const { open } = pagesOf(await startJourney());

const COLLECT = `
  globalThis.violations = [];
  addEventListener("securitypolicyviolation", (event) => {
    violations.push([event.violatedDirective, event.blockedURI, event.sourceFile].join(" "));
  });`;

test.each(["/", "/imports", "/products", "/changes", "/webhooks", "/docs/"])(
  "%s does not violate the content security policy",
  async (path) => {
    const page = await open("about:blank");
    await page.addInitScript({ content: COLLECT });
    await page.goto(path);
    // Wait for a heading: by then, the page has loaded contract/ and compiled its schemas, which could violate the policy.
    await page.locator("h1, h2").first().waitFor();
    expect(await page.evaluate("violations")).toEqual([]);
  },
);

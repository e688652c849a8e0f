// Links by e-mail: on the users page, and with the command line.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createHome } from "../../support/commands/home.ts";
import { headersOf, startMailServer, textOf } from "../../support/mail/mail-server.ts";
import { pagesOf, startJourney, visit } from "../support/journey.ts";
import { inspectLooks } from "../support/looks.ts";
import { addUser, isRefusal, NOBODY, PASSWORD } from "./people.ts";

const mailServer = await startMailServer({ disabledCommands: ["STARTTLS"], allowInsecureAuth: true });
afterAll(() => mailServer.close());
const SECRET = "word-of-the-mail-server";
const journey = await startJourney({
  SKUPORT_SMTP_URL: `smtp://shop:${SECRET}@127.0.0.1:${mailServer.port.toString()}`,
  SKUPORT_MAIL_FROM: "Skuport <skuport@shop.example>",
});
const { server } = journey;
const { open } = pagesOf(journey, NOBODY, isRefusal);
const home = await createHome();
const ADA = { user: { name: "Ada", role: "admin" } } as const;

test("an invitation is sent in the language of the page, and the person signs in with it", async () => {
  const page = await open("/users", { ...ADA, locale: "de-DE" });
  await page.getByRole("button", { name: "Benutzer einladen" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Benutzername").fill("Ben");
  await dialog.getByLabel("E-Mail-Adresse (freiwillig)").fill("ben@");
  await page.keyboard.press("Enter");
  await dialog.getByText("Geben Sie eine vollständige E-Mail-Adresse ein, oder nichts.").waitFor();
  await inspectLooks(page, "mail-invite", false);
  await dialog.getByLabel("E-Mail-Adresse (freiwillig)").fill("ben@shop.example");
  await page.keyboard.press("Enter");
  await dialog.getByText("Der Link wurde an ben@shop.example gesendet.").waitFor();
  await inspectLooks(page, "mail-sent", false);
  const [mail] = mailServer.mails;
  expect(mail && headersOf(mail)["subject"]).toBe("Ihre Einladung zu Skuport");
  const link = /\n(http\S+)\n/.exec((mail && textOf(mail)) ?? "")?.[1] ?? "";
  expect(await dialog.getByTestId("shown-once").textContent()).toBe(link);

  const other = await open(link);
  await other.getByLabel("New password").fill(PASSWORD);
  await other.getByRole("button", { name: "Save the password and sign in" }).click();
  await other.getByTestId("user").first().waitFor();
});

test("if the mail server refuses the address, the dialog reports it and shows the link", async () => {
  await addUser(server, "Cleo", "viewer");
  const page = await open("/users", ADA);
  await page.getByRole("button", { name: "Actions for Cleo" }).click();
  await page.getByRole("menuitem", { name: "Create a link" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail address (optional)").fill("unknown@shop.example");
  await dialog.getByRole("button", { name: "Create a link" }).click();
  await dialog.getByText("The mail server refused the address unknown@shop.example. Send the link yourself.").waitFor();
  await dialog.getByTestId("shown-once").getByText(`${server.base_url}/sign-in#link=`).waitFor();
  await inspectLooks(page, "mail-refused", false);
  await dialog.getByRole("button", { name: "I have copied the link" }).click();
  await visit(page, "/audit");
  const entry = page.getByTestId("audit-entry").filter({ hasText: "One-time link sent by e-mail" });
  await entry.first().getByText("Result: the mail server refused the address").waitFor();
  await page.getByText("Result: accepted by the mail server").waitFor();
});

test("`skuport users invite --mail` and `link --mail` send a link, and report a failure", async () => {
  const run = (...args: string[]) => home.run([...args, "--data-dir", join(server.folder, "data")]);
  const sent = await run(
    "users",
    "invite",
    "Dora",
    "--role",
    "viewer",
    "--mail",
    "dora@shop.example",
    "--language",
    "de",
  );
  expect([sent.code, sent.err]).toEqual([0, ""]);
  expect(sent.out).toMatch(/#link=[\w-]{43}\n\nThe link was sent to dora@shop\.example\.\n$/);
  const failed = await run("users", "link", "Dora", "--mail", "unknown@shop.example");
  expect([failed.code, failed.err]).toEqual([
    1,
    "The link was not sent to unknown@shop.example: the mail server refused the address. Send it yourself.\n",
  ]);
  expect(failed.out).toMatch(/#link=[\w-]{43}\n/);
  expect((await run("users", "invite", "Eva", "--role", "viewer", "--mail", "Eva <eva@shop.example>")).code).toBe(2);
});

test("(16.2.5) the password of the mail server is in no response and in no list of processes", async () => {
  const page = await open("/settings", ADA);
  const answers = await page.evaluate(async () =>
    Promise.all(
      ["/api/mail", "/api/users", "/api/audit", "/health/ready", "/metrics", "/api/session"].map(async (url) =>
        (await fetch(url)).text(),
      ),
    ),
  );
  expect(answers[0]).toBe('{"sends":true}');
  const { stdout: processes } = await promisify(execFile)("ps", ["-eo", "args"]);
  expect(processes).toContain("src/main.ts");
  for (const text of [...answers, processes]) expect(text).not.toContain(SECRET);
});

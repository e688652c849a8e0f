// Tests links that are sent by e-mail, through the API and a mail server.
import { afterAll, expect, test } from "vitest";
import { pino } from "pino";
import { createTestApp } from "../../../tests/support/app.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createTestUser, signedInAs } from "../../../tests/support/identity/users.ts";
import { headersOf, startMailServer, textOf } from "../../../tests/support/mail/mail-server.ts";
import type { MailSettings } from "../../identity/mail/settings.ts";

const database = await createTestDatabase();
const { pool } = database;
const mailServer = await startMailServer({ disabledCommands: ["STARTTLS"], allowInsecureAuth: true });
afterAll(() => mailServer.close());
const mail: MailSettings = {
  host: "127.0.0.1",
  port: mailServer.port,
  implicit_tls: false,
  is_loopback: true,
  credentials: { user: "shop", pass: "a password of the mail server" },
  from: { name: "Skuport", address: "skuport@shop.example" },
};
const lines: string[] = [];
const logger = pino({ level: "trace" }, { write: (line: string) => lines.push(line) });
const app = await createTestApp(database, { sign_in: { mail }, logger });
const without = await createTestApp(database);
await createTestUser(pool, "Ada", "admin");
const ask = await signedInAs(app, pool, "Ada");

interface Created {
  url: string;
  mail: string | null;
}
const invite = (name: string, to?: string, language?: string) =>
  ask("POST", "/api/users", { name, role: "viewer", ...(to === undefined ? {} : { mail: { to, language } }) });
const slugOf = (response: { json(): unknown }): string | undefined =>
  (response.json() as { type?: string }).type?.split("/").at(-1);

/** All values of all tables of the application. */
async function dump(): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string }>(
    "select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
  );
  const contents = [];
  for (const { name } of tables)
    contents.push(
      (await pool.query<{ row: string }>(`select t::text as row from ${name} t`)).rows.map(({ row }) => row),
    );
  return contents.flat().join("\n");
}

test("the page learns whether the server has a mail server; without one, a request with an address changes nothing", async () => {
  expect((await ask("GET", "/api/mail")).json()).toEqual({ sends: true });
  expect((await without.inject("/api/mail")).json()).toEqual({ sends: false });
  const payload = { name: "Nina", role: "viewer", mail: { to: "nina@shop.example" } };
  const refused = await without.inject({ method: "POST", url: "/api/users", payload });
  expect([refused.statusCode, slugOf(refused)]).toEqual([409, "no-mail-server"]);
  const { rows } = await pool.query("select 1 from users where name = 'Nina'");
  expect(rows).toEqual([]);
});

test("an invitation is shown and sent, in the language of the administrator", async () => {
  const response = await invite("Anna", "anna@shop.example", "de");
  expect([response.statusCode, response.headers["cache-control"]]).toEqual([201, "no-store"]);
  const { link } = response.json<{ link: Created }>();
  expect(link.mail).toBe("sent");
  const received = mailServer.mails.at(-1);
  expect(received?.to).toEqual(["anna@shop.example"]);
  expect(received && headersOf(received)["subject"]).toBe("Ihre Einladung zu Skuport");
  expect(received && textOf(received)).toContain(`\n\n${link.url}\n\n`);
  const token = link.url.slice(link.url.indexOf("=") + 1);
  const body = { token, password: "seven yellow lamps" };
  const redeem = { method: "POST", url: "/api/links/redeem", headers: { authorization: "" }, payload: body } as const;
  expect((await app.inject(redeem)).statusCode).toBe(200);

  const { id } = (await pool.query<{ id: number }>("select id from users where name = 'Anna'")).rows[0] ?? { id: 0 };
  const reset = await ask("POST", `/api/users/${id}/link`, { mail: { to: "anna@shop.example" } });
  expect(reset.json<Created>().mail).toBe("sent");
  const second = mailServer.mails.at(-1);
  expect(second && headersOf(second)["subject"]).toBe("Your new password for Skuport");
});

test("without an address, nothing is sent", async () => {
  const before = mailServer.mails.length;
  const { link } = (await invite("Bert")).json<{ link: Created }>();
  expect([link.mail, mailServer.mails.length]).toEqual([null, before]);
});

test("if the mail server refuses the address, the user and the link exist, and the response reports it", async () => {
  const response = await invite("Clara", "unknown@shop.example");
  expect(response.statusCode).toBe(201);
  const { link } = response.json<{ link: Created }>();
  expect([link.mail, link.url]).toEqual(["address-refused", expect.stringContaining("#link=") as string]);
});

test.each([
  "anna@shop.example\r\nBcc: eve@other.example",
  "anna@shop.example\nBcc: eve@other.example",
  "anna@shop.example, eve@other.example",
  "Anna <anna@shop.example>",
  "anna@shop.example>\r\nDATA",
  "anna@[127.0.0.1]",
  "@shop.example",
  `${"a".repeat(250)}@shop.example`,
  '"a b"@shop.example',
])("(1.3.11) the address %j is refused before anything is changed", async (to) => {
  const before = mailServer.mails.length;
  const response = await invite("Eve", to);
  expect([response.statusCode, slugOf(response)]).toEqual([400, "invalid-request"]);
  expect(mailServer.mails).toHaveLength(before);
  expect((await pool.query("select 1 from users where name = 'Eve'")).rows).toEqual([]);
});

test("(16.2.1, 16.2.5) the audit log records that a link was sent; address, link and password are in no table and no log", async () => {
  await invite("Dora", "dora@shop.example");
  await invite("Emil", "unknown-emil@shop.example");
  const { rows } = await pool.query(
    "select actor, subject, detail from audit_log where action = 'link-mailed' and subject in ('user Dora', 'user Emil') order by id",
  );
  expect(rows).toEqual([
    { actor: "Ada", subject: "user Dora", detail: { mail: "sent" } },
    { actor: "Ada", subject: "user Emil", detail: { mail: "address-refused" } },
  ]);
  expect(lines.join("")).toContain("an e-mail with a link was not sent");
  const kept = (await dump()) + lines.join("");
  expect(kept).toContain("Dora");
  const tokens = mailServer.mails.flatMap((received) => /#link=([\w-]+)/.exec(textOf(received))?.[1] ?? []);
  expect(tokens.length).toBeGreaterThan(2);
  for (const text of ["dora@", "unknown-emil@", "a password of the mail server", ...tokens])
    expect(kept).not.toContain(text);
});

test("(8.2.1) others than administrators can neither send nor learn whether the server sends", async () => {
  await createTestUser(pool, "Vera", "viewer");
  const asViewer = await signedInAs(app, pool, "Vera");
  expect((await asViewer("GET", "/api/mail")).statusCode).toBe(403);
  const body = { name: "Mallory", role: "admin", mail: { to: "m@shop.example" } };
  expect((await asViewer("POST", "/api/users", body)).statusCode).toBe(403);
});

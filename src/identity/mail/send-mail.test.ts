import { createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { headersOf, startMailServer, textOf, type MailServer } from "../../../tests/support/mail/mail-server.ts";
import { makeCertificate } from "../../../tests/support/network/certificates.ts";
import { sendMail } from "./send-mail.ts";
import type { MailSettings } from "./settings.ts";

const MAIL = { to: "anna@shop.example", subject: "Ihre Einladung zu Skuport", text: "Guten Tag Jörg,\n\nein Link\n" };
const CREDENTIALS = { user: "shop", pass: "a secret word" };
const pem = await makeCertificate(["mail.example"]);
const started: { close: () => unknown }[] = [];
afterEach(async () => {
  for (const { close } of started.splice(0)) await close();
});

async function start(options?: Parameters<typeof startMailServer>[0]): Promise<MailServer> {
  const server = await startMailServer({ ...pem, ...options });
  started.push(server);
  return server;
}

const settingsOf = ({ port }: { port: number }, more: Partial<MailSettings> = {}): MailSettings => ({
  host: "127.0.0.1",
  port,
  implicit_tls: false,
  is_loopback: true,
  credentials: undefined,
  from: { name: "Skuport", address: "skuport@shop.example" },
  ...more,
});

describe("a mail", () => {
  test("arrives as plain text, from the sender of the settings", async () => {
    const server = await start();
    expect(await sendMail(settingsOf(server), MAIL)).toBeUndefined();
    const [mail] = server.mails;
    expect(mail).toMatchObject({ from: "skuport@shop.example", to: ["anna@shop.example"] });
    expect(mail && textOf(mail)).toBe(MAIL.text);
    expect(mail && headersOf(mail)).toMatchObject({
      from: "Skuport <skuport@shop.example>",
      to: "anna@shop.example",
      subject: MAIL.subject,
      "auto-submitted": "auto-generated",
      "content-type": "text/plain; charset=utf-8",
    });
  });

  test("with a long link contains the link unchanged", async () => {
    const server = await start();
    const link = `https://shop.example/sign-in#link=${"x=".repeat(200)}`;
    await sendMail(settingsOf(server), { ...MAIL, text: `See:\n\n${link}\n` });
    expect(server.mails[0] && textOf(server.mails[0])).toContain(`\n${link}\n`);
  });

  test("(1.3.11) gets no further header or recipient from a subject or an address with line breaks", async () => {
    const server = await start();
    const hostile = {
      to: "anna@shop.example\r\nRCPT TO:<eve@other.example>",
      subject: "Hello\r\nBcc: eve@other.example\r\n\r\nanother text",
      text: "text\n",
    };
    await sendMail(settingsOf(server), hostile);
    await sendMail(settingsOf(server), { ...hostile, to: MAIL.to });
    expect(server.mails.flatMap(({ to }) => to)).not.toContain("eve@other.example");
    for (const mail of server.mails) {
      expect(headersOf(mail)).not.toHaveProperty("bcc");
      expect(textOf(mail)).toBe("text\n");
    }
    expect(server.mails.length).toBeGreaterThan(0);
  });
});

describe("encryption", () => {
  test("(12.2.1) credentials are sent over TLS only: with STARTTLS, or from the start", async () => {
    const withStartTls = await start();
    expect(await sendMail(settingsOf(withStartTls, { credentials: CREDENTIALS }), MAIL)).toBeUndefined();
    const fromTheStart = await start({ secure: true });
    expect(
      await sendMail(settingsOf(fromTheStart, { credentials: CREDENTIALS, implicit_tls: true }), MAIL),
    ).toBeUndefined();
    for (const { mails } of [withStartTls, fromTheStart])
      expect(mails).toMatchObject([
        { credentials: "shop:a secret word", tls: expect.stringMatching(/TLSv1\.[23]|tls/) as string },
      ]);
  });

  test("(12.2.1) a server without STARTTLS gets no credentials, unless it is on this computer", async () => {
    const server = await start({ disabledCommands: ["STARTTLS"], allowInsecureAuth: true });
    const remote = settingsOf(server, { credentials: CREDENTIALS, is_loopback: false });
    expect(await sendMail(remote, MAIL)).toMatchObject({ result: "failed", facts: { code: "ETLS" } });
    expect([server.credentials, server.mails]).toEqual([[], []]);
    expect(await sendMail({ ...remote, is_loopback: true }, MAIL)).toBeUndefined();
    expect(server.credentials).toEqual(["shop:a secret word"]);
  });

  test("(12.3.2) a server whose certificate is not trusted gets neither credentials nor the mail", async () => {
    for (const options of [{ secure: false }, { secure: true }]) {
      const server = await start(options);
      const remote = settingsOf(server, {
        credentials: CREDENTIALS,
        is_loopback: false,
        implicit_tls: options.secure,
      });
      expect(await sendMail(remote, MAIL)).toMatchObject({
        result: expect.stringMatching(/failed|unreachable/) as string,
      });
      expect([server.credentials, server.mails]).toEqual([[], []]);
    }
  });
});

describe("a failure", () => {
  test("names its kind, and neither the recipient nor a credential", async () => {
    const server = await start({
      onAuth: (_auth, _session, done) => {
        done(Object.assign(new Error("wrong password a secret word"), { responseCode: 535 }));
      },
    });
    const refused = await sendMail(settingsOf(server), { ...MAIL, to: "unknown@shop.example" });
    expect(refused).toEqual({
      result: "address-refused",
      facts: { code: "EENVELOPE", command: "RCPT", status: 550 },
    });
    const wrong = await sendMail(settingsOf(server, { credentials: CREDENTIALS }), MAIL);
    expect(wrong).toMatchObject({ result: "failed", facts: { code: "EAUTH", status: 535 } });
    expect(JSON.stringify([refused, wrong])).not.toMatch(/unknown@|a secret word|shop\.example/);
  });

  test("a port without a server is unreachable", async () => {
    const server = await startMailServer();
    await server.close();
    expect(await sendMail(settingsOf(server), MAIL)).toMatchObject({ result: "unreachable" });
  });

  test("the attempt ends at its deadline although the server keeps sending", async () => {
    const sockets: Socket[] = [];
    const slow = createServer((socket) => {
      sockets.push(socket);
      // An endless greeting: no phase times out, because there is always activity.
      const timer = setInterval(() => socket.write("220-still busy\r\n"), 20);
      socket.on("close", () => {
        clearInterval(timer);
      });
      socket.on("error", () => undefined);
    });
    afterAll(() => slow.close());
    slow.listen(0, "127.0.0.1");
    await once(slow, "listening");
    const deadline = new AbortController();
    const sending = sendMail(settingsOf(slow.address() as AddressInfo), MAIL, deadline.signal);
    await once(slow, "connection");
    deadline.abort();
    expect(await sending).toMatchObject({ result: "unreachable" });
    for (const socket of sockets) socket.destroy();
  });
});

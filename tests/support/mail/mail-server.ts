// A mail server for tests, which keeps the mails that it receives. The npm package `smtp-server` implements SMTP.
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export interface ReceivedMail {
  from: string;
  to: string[];
  /** The message with its headers, as received. */
  raw: string;
  /** How the connection was encrypted; undefined if it was not. */
  tls: string | undefined;
  /** User and password that were sent, if any. */
  credentials: string | undefined;
}

export interface MailServer {
  port: number;
  mails: ReceivedMail[];
  /** User names and passwords that reached the server. */
  credentials: string[];
  close: () => Promise<void>;
}

/** The server accepts every user and password, and every recipient except those that begin with `unknown`. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const credentials: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    onAuth: ({ username = "", password = "" }, _session, done) => {
      credentials.push(`${username}:${password ?? ""}`);
      done(null, { user: username });
    },
    onRcptTo: ({ address }, _session, done) => {
      if (address.startsWith("unknown")) done(Object.assign(new Error(`no mailbox ${address}`), { responseCode: 550 }));
      else done();
    },
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(parts).toString("utf8"),
          tls: session.secure ? (session.tlsOptions === false ? "tls" : session.tlsOptions.version) : undefined,
          credentials: credentials.at(-1),
        });
        done();
      });
    },
    ...options,
  });
  // A client that refuses the certificate ends the connection.
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    mails,
    credentials,
    close: () =>
      new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      ),
  };
}

/** The text of a message, decoded from quoted-printable. */
export function textOf({ raw }: ReceivedMail): string {
  const body = raw.slice(raw.indexOf("\r\n\r\n") + 4).replaceAll("=\r\n", "");
  const bytes = body.replaceAll(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8").replaceAll("\r\n", "\n");
}

/** The lines of the message's header by their names in lower case. */
export function headersOf({ raw }: ReceivedMail): Record<string, string> {
  const head = raw.slice(0, raw.indexOf("\r\n\r\n")).replaceAll(/\r\n[ \t]+/g, " ");
  return Object.fromEntries(
    head
      .split("\r\n")
      .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
  );
}

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as plainRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { Agent, request, type RequestOptions } from "node:https";
import { connect as connectTcp, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { afterAll, expect, test } from "vitest";
import { createTestApp } from "../../../tests/support/app.ts";
import {
  makeCertificate,
  writeCertificate,
  type TestCertificate,
} from "../../../tests/support/network/certificates.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createTestKey } from "../../../tests/support/identity/users.ts";
import { openCertificate } from "./certificate.ts";
import { networkOf } from "./network.ts";

const HOST = "shop.example";
const dir = await mkdtemp(join(tmpdir(), "skuport-tls-"));
const [first, second, stranger] = await Promise.all([
  makeCertificate([HOST, "127.0.0.1"]),
  makeCertificate([HOST, "127.0.0.1"]),
  makeCertificate(["other.example"]),
]);
const files = await writeCertificate(dir, first);
const messages: string[] = [];
let stream: ServerResponse | undefined;
const log = {
  info: (_facts: object, message: string) => void messages.push(message),
  warn: (_facts: object, message: string) => void messages.push(message),
};
const certificate = await openCertificate(files, [HOST], log);
const database = await createTestDatabase();
const app = await createTestApp(database, {
  certificate,
  network: networkOf({ public_urls: [`https://${HOST}`], trust_proxy: [] }),
});
const authorization = `Bearer ${await createTestKey(database.pool, "admin")}`;
app.get("/test/stream", (_request, reply) => {
  reply.hijack();
  reply.raw.writeHead(200).flushHeaders();
  stream = reply.raw;
});
await app.listen({ host: "127.0.0.1", port: 0 });
const { port } = app.server.address() as AddressInfo;
afterAll(async () => {
  certificate.stop();
  await rm(dir, { recursive: true });
});

/** Sends a request over TLS and returns its response. */
async function ask(
  url: string,
  { headers, ...options }: Omit<RequestOptions, "headers"> & { headers?: Record<string, string> } = {},
) {
  const asked = request({
    host: "127.0.0.1",
    port,
    path: url,
    servername: HOST,
    agent: false,
    ...options,
    headers: { host: HOST, ...headers },
  });
  asked.end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return {
    status: response.statusCode,
    headers: response.headers,
    local_port: response.socket.localPort,
    body: await text(response),
  };
}

/** Opens a TLS connection, and closes it again. */
async function handshake(options: ConnectionOptions): Promise<{ protocol: string | null; fingerprint: string }> {
  const socket: TLSSocket = connect({
    host: "127.0.0.1",
    port,
    servername: HOST,
    rejectUnauthorized: false,
    ...options,
  });
  await once(socket, "secureConnect");
  const facts = { protocol: socket.getProtocol(), fingerprint: socket.getPeerX509Certificate()?.fingerprint256 ?? "" };
  socket.destroy();
  return facts;
}

async function replaceFiles(pem: TestCertificate): Promise<void> {
  await writeCertificate(dir, pem);
  await certificate.reload();
}

test("(12.1.1) TLS 1.3 is preferred, TLS 1.2 is accepted, older versions are refused", async () => {
  expect((await handshake({})).protocol).toBe("TLSv1.3");
  expect((await handshake({ maxVersion: "TLSv1.2" })).protocol).toBe("TLSv1.2");
  // Without @SECLEVEL=0, OpenSSL does not even send the offer of the old version.
  for (const version of ["TLSv1.1", "TLSv1"] as const)
    await expect(
      handshake({ minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" }),
    ).rejects.toThrow(/protocol version|alert/i);
});

test("(12.1.2) only cipher suites with forward secrecy and authenticated encryption are accepted", async () => {
  const tls12 = { maxVersion: "TLSv1.2" } as const;
  expect((await handshake({ ...tls12, ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384" })).protocol).toBe("TLSv1.2");
  for (const ciphers of ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-GCM-SHA256", "AES256-SHA"])
    await expect(handshake({ ...tls12, ciphers }), ciphers).rejects.toThrow(/handshake failure|alert|ECONNRESET/i);
});

test("(3.4.1, 12.2.1) requests over the server's own TLS are served, with Strict-Transport-Security on every response", async () => {
  for (const [url, status] of [
    ["/health/live", 200],
    ["/api/none", 404],
    ["/%ff", 400],
    ["/", 200],
  ] as const) {
    const response = await ask(url, { ca: first.cert, headers: { authorization: "" } });
    expect([url, response.headers["strict-transport-security"]]).toEqual([url, "max-age=31536000; includeSubDomains"]);
    if (url !== "/api/none" && url !== "/") expect([url, response.status]).toEqual([url, status]);
  }
  const refused = await ask("/", { ca: first.cert, headers: { host: "evil.example" } });
  expect([refused.status, refused.headers["strict-transport-security"]]).toEqual([
    403,
    "max-age=31536000; includeSubDomains",
  ]);
});

test("(3.4.1) a request that is not valid HTTP gets the header too", async () => {
  const socket = connect({ host: "127.0.0.1", port, servername: HOST, ca: first.cert });
  await once(socket, "secureConnect");
  socket.end("GET / HTTP/9.9\r\n\r\n");
  const response = await text(socket);
  expect(response).toMatch(/^HTTP\/1\.1 400 /);
  expect(response).toContain("strict-transport-security: max-age=31536000; includeSubDomains");
  expect(response).toContain("x-content-type-options: nosniff");
});

test("(12.3.2) a client that does not trust the certificate refuses the connection", async () => {
  await expect(ask("/health/live")).rejects.toThrow(/self-signed/);
});

test("(12.2.1) HTTP without TLS on the TLS port gets no response, and the server continues", async () => {
  const asked = plainRequest({ host: "127.0.0.1", port, path: "/health/live" });
  asked.end();
  await expect(once(asked, "response")).rejects.toThrow(/hang up|ECONNRESET/);
  const socket = connectTcp(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write("not TLS at all, and longer than the header of a TLS record\n");
  await once(socket, "close");
  expect((await ask("/health/live", { ca: first.cert })).status).toBe(200);
});

test("a new certificate is used for new connections, while an open connection continues", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const before = await ask("/health/live", { ca: first.cert, agent });
  messages.length = 0;
  await replaceFiles(second);
  expect(messages).toEqual(["loaded the new TLS certificate"]);
  expect((await ask("/health/live", { ca: second.cert })).status).toBe(200);
  await expect(ask("/health/live", { ca: first.cert })).rejects.toThrow(/self-signed/);
  const after = await ask("/health/live", { ca: first.cert, agent });
  expect([after.status, after.local_port]).toEqual([200, before.local_port]);
  agent.destroy();
  await replaceFiles(first);
});

test("a stream that is open while the certificate changes continues", async () => {
  await replaceFiles(first);
  const asked = request({
    host: "127.0.0.1",
    port,
    path: "/test/stream",
    servername: HOST,
    ca: first.cert,
    headers: { host: HOST, authorization },
  });
  asked.end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  stream?.write("before ");
  await replaceFiles(second);
  stream?.end("after");
  expect(await text(response)).toBe("before after");
  await replaceFiles(first);
});

const BROKEN: [string, Partial<TestCertificate>, RegExp][] = [
  ["is empty", { cert: "" }, /cert\.pem does not contain a certificate in PEM format/],
  ["is cut off", { cert: first.cert.slice(0, 200) }, /cert\.pem does not contain a certificate/],
  ["belongs to another key", { cert: stranger.cert }, /key\.pem is not the private key of the certificate/],
  ["has a key that is not PEM", { key: "secret" }, /key\.pem does not contain a private key/],
];

test.each(BROKEN)(
  "a new certificate that %s is not used, and the log gives the reason once",
  async (_name, pem, reason) => {
    await replaceFiles(first);
    const { fingerprint } = await handshake({});
    messages.length = 0;
    await replaceFiles({ ...first, ...pem });
    await certificate.reload();
    expect(messages).toEqual([expect.stringMatching(reason)]);
    expect(messages[0]).toMatch(/^the TLS certificate in use is kept: /);
    expect((await handshake({})).fingerprint).toBe(fingerprint);
    await expect(openCertificate(files, [HOST], log)).rejects.toThrow(reason);
    await replaceFiles(second);
    expect((await handshake({})).fingerprint).not.toBe(fingerprint);
  },
);

test("a missing file is reported with its setting and path", async () => {
  const missing = { ...files, key: join(dir, "none.pem") };
  await expect(openCertificate(missing, [HOST], log)).rejects.toThrow(
    /SKUPORT_TLS_KEY: .*none\.pem cannot be read: ENOENT/,
  );
  await writeFile(files.key, "", { mode: 0o600 });
  await replaceFiles(first);
});

test("a certificate for other names, or one that has expired, is reported", async () => {
  messages.length = 0;
  const other = await mkdtemp(join(dir, "other-"));
  (await openCertificate(await writeCertificate(other, stranger), [HOST], log)).stop();
  const expired = await makeCertificate([HOST], new Date("2021-01-01T00:00:00Z"));
  (await openCertificate(await writeCertificate(other, expired), [HOST, "127.0.0.1"], log)).stop();
  expect(messages).toEqual([
    `the TLS certificate is not valid for ${HOST}`,
    "the TLS certificate is not valid for 127.0.0.1",
    "the TLS certificate has expired; replace its files",
  ]);
});

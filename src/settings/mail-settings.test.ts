import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { ConfigError, loadConfig } from "../config.ts";

const FROM = { SKUPORT_MAIL_FROM: "Skuport <skuport@shop.example>" };
const read = (env: Record<string, string>) => loadConfig(env, tmpdir()).mail;

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    read(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test("without settings there is no mail server", () => {
  expect(read({})).toBeUndefined();
});

describe("a mail server", () => {
  test.each([
    [
      "smtps://shop%40mail.example:p%40ss%3A%2F@mail.example",
      {
        host: "mail.example",
        port: 465,
        implicit_tls: true,
        credentials: { user: "shop@mail.example", pass: "p@ss:/" },
      },
    ],
    ["smtp://mail.example", { host: "mail.example", port: 587, implicit_tls: false, credentials: undefined }],
    ["smtp://127.0.0.1:2525", { host: "127.0.0.1", port: 2525, is_loopback: true }],
    ["smtp://[::1]:2525/", { host: "::1", is_loopback: true }],
    ["smtp://localhost.example", { is_loopback: false }],
  ])("%s is read", (url, expected) => {
    expect(read({ ...FROM, SKUPORT_SMTP_URL: url })).toMatchObject(expected);
  });

  test.each([
    "mail.example",
    "https://user:hunter2@mail.example",
    "smtp://user@mail.example",
    "smtp://:hunter2@mail.example",
    "smtp://user:hunter2@mail.example/path",
    "smtp://user:hunter2@mail.example?tls=false",
    "smtp://user:hunter2%zz@mail.example",
    "smtp://",
  ])("%s is refused, and the message contains no password", (url) => {
    const faults = faultsOf({ ...FROM, SKUPORT_SMTP_URL: url });
    expect(faults).toEqual([expect.stringContaining("SKUPORT_SMTP_URL=***: write smtp://") as string]);
    expect(faults.join()).not.toContain("hunter2");
  });

  test("(13.3.1) with a misspelt name, the message contains no password either", () => {
    const faults = faultsOf({ ...FROM, SKUPORT_SMPT_URL: "smtp://user:hunter2@mail.example" });
    expect(faults.join()).toContain("SKUPORT_SMPT_URL");
    expect(faults.join()).not.toContain("hunter2");
  });

  test("it needs a sender, and a sender needs a mail server", () => {
    expect(faultsOf({ SKUPORT_SMTP_URL: "smtp://mail.example" })).toHaveLength(1);
    expect(faultsOf(FROM)).toHaveLength(1);
  });
});

describe("a sender", () => {
  const senderOf = (text: string) => read({ SKUPORT_SMTP_URL: "smtp://mail.example", SKUPORT_MAIL_FROM: text })?.from;

  test("is an address, with or without a name", () => {
    expect(senderOf("skuport@shop.example")).toEqual({ name: "", address: "skuport@shop.example" });
    expect(senderOf("Müller & Co <skuport@shop.example>")).toEqual({
      name: "Müller & Co",
      address: "skuport@shop.example",
    });
  });

  test.each([
    "skuport",
    "a@shop.example, b@shop.example",
    "A <a@shop.example> <b@shop.example>",
    "A\r\nBcc: b@shop.example <a@shop.example>",
  ])("%j is refused", (text) => {
    expect(faultsOf({ SKUPORT_SMTP_URL: "smtp://mail.example", SKUPORT_MAIL_FROM: text })).toHaveLength(1);
  });
});

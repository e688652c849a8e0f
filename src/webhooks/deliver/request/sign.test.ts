import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { keyOf, makeSecret, sign, verify } from "./sign.ts";

// Published examples from the standard's libraries and from a provider's documentation.
test.each([
  [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    1614265330,
    '{"test": 2432232314}',
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  ],
  [
    "whsec_plJ3nmyCDGBKInavdOK15jsl",
    "msg_loFOjxBNrRLzqYUf",
    1731705121,
    '{"event_type":"ping","data":{"success":true}}',
    "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
  ],
])("%s has the published signature", (secret, id, timestamp, body, signature) => {
  expect(sign([keyOf(secret)], id, timestamp, body)).toBe(signature);
});

test("every new secret is different and has 32 bytes", () => {
  expect(keyOf(makeSecret())).toHaveLength(32);
  expect(makeSecret()).not.toBe(makeSecret());
});

test("the standard's library verifies any body with both secrets of a rotation", () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), fc.stringMatching(/^evt_[a-z0-9_]{1,30}$/), (body, id) => {
      const secrets = [makeSecret(), makeSecret()];
      const timestamp = Math.floor(Date.now() / 1000);
      const signature = sign(secrets.map(keyOf), id, timestamp, body);
      const headers = { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": signature };
      for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
      expect(() => new Webhook(makeSecret()).verify(body, headers)).toThrow();
      expect(verify([keyOf(secrets[1] as string)], headers, Buffer.from(body), Date.now())).toBeUndefined();
    }),
    { numRuns: 50 },
  );
});

test.each([
  ["another body", { body: "{}" }, "no signature"],
  ["another id", { id: "evt_2" }, "no signature"],
  ["another signature version", { signature: (right: string) => right.replace("v1,", "v1a,") }, "no signature"],
  ["a truncated signature", { signature: (right: string) => right.slice(0, 20) }, "no signature"],
  ["a missing signature", { signature: () => "" }, "missing"],
  ["a timestamp six minutes ago", { now_ms: 1_614_265_330_000 + 360_000 }, "five minutes"],
  ["a timestamp in six minutes", { now_ms: 1_614_265_330_000 - 360_000 }, "five minutes"],
])("%s is not verified", (_what, changed, why) => {
  const key = keyOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const right = sign([key], "evt_1", 1_614_265_330, '{"a":1}');
  const {
    body = '{"a":1}',
    id = "evt_1",
    signature = (text: string) => text,
    now_ms = 1_614_265_330_000,
  } = changed as {
    body?: string;
    id?: string;
    signature?: (right: string) => string;
    now_ms?: number;
  };
  const headers = { "webhook-id": id, "webhook-timestamp": "1614265330", "webhook-signature": signature(right) };
  expect(verify([key], headers, Buffer.from(body), now_ms)).toContain(why);
});

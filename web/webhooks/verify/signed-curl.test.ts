import { expect, test } from "vitest";
import { signedCurl } from "./signed-curl.ts";
import { HIDDEN_SECRET } from "./verify-snippets.ts";

// The test vector published with Standard Webhooks 1.0.0
const request = {
  url: "https://example.com/hook?a=1",
  headers: { "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1" },
  body: '{"test": 2432232314}',
};
const now = new Date(1614265330_000);

test("a copied command contains the current time and a matching signature", async () => {
  expect(await signedCurl(request, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", now)).toBe(
    [
      "curl -i 'https://example.com/hook?a=1'",
      "-H 'content-type: application/json'",
      "-H 'webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek'",
      "-H 'webhook-timestamp: 1614265330'",
      "-H 'webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='",
      `--data-binary '{"test": 2432232314}'`,
    ].join(" \\\n  "),
  );
});

test("a quote in the body does not end the shell argument", async () => {
  const command = await signedCurl({ ...request, body: `{"name":"5' hose; rm -rf /"}` }, HIDDEN_SECRET, now);
  expect(command).toContain(String.raw`'{"name":"5'\'' hose; rm -rf /"}'`);
  expect(command).toContain("webhook-signature: v1,…");
});

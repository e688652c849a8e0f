// Example receivers that verify signatures (https://www.standardwebhooks.com), with the secret inserted, so that the copied code runs
// unchanged.
import type { WebhookSecrets } from "../../../contract/webhooks/webhooks.ts";

export const SNIPPET_LANGUAGES = ["node", "python", "php", "ruby", "go"] as const;
export type SnippetLanguage = (typeof SNIPPET_LANGUAGES)[number];

/** Names of the programming languages; not translated. */
export const SNIPPET_NAMES: Record<SnippetLanguage, string> = {
  node: "Node",
  python: "Python",
  php: "PHP",
  ruby: "Ruby",
  go: "Go",
};

/** Placeholder while the secret is hidden. */
export const HIDDEN_SECRET = "whsec_…";

export const newestSecret = (secrets: WebhookSecrets | null): string => secrets?.secrets[0]?.secret ?? HIDDEN_SECRET;

export function verifySnippet(language: SnippetLanguage, secret: string): string {
  return SNIPPETS[language](secret).trim();
}

const SNIPPETS: Record<SnippetLanguage, (secret: string) => string> = {
  node: (secret) => `
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from("${secret}".replace("whsec_", ""), "base64");

createServer(async (request, response) => {
  const body = Buffer.concat(await Array.fromAsync(request));
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures = "" } = request.headers;
  const expected = createHmac("sha256", key).update(\`\${id}.\${time}.\${body}\`).digest();
  const is_fresh = Math.abs(Date.now() / 1000 - Number(time)) < 300;
  const is_signed = signatures.split(" ").some((one) => {
    const given = Buffer.from(one.replace("v1,", ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (is_fresh && is_signed) console.log(id, JSON.parse(body.toString()));
  response.writeHead(is_fresh && is_signed ? 204 : 401).end();
}).listen(3000);
`,
  python: (secret) => `
import base64, hashlib, hmac, json, time
from http.server import BaseHTTPRequestHandler, HTTPServer

KEY = base64.b64decode("${secret}".removeprefix("whsec_"))

class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        id, sent = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        digest = hmac.new(KEY, f"{id}.{sent}.".encode() + body, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(digest).decode()
        signatures = self.headers["webhook-signature"].split(" ")
        is_signed = any(hmac.compare_digest(expected, one) for one in signatures)
        is_fresh = abs(time.time() - int(sent)) < 300
        if is_signed and is_fresh:
            print(id, json.loads(body))
        self.send_response(204 if is_signed and is_fresh else 401)
        self.end_headers()

HTTPServer(("", 3000), Receiver).serve_forever()
`,
  php: (secret) => `
<?php
$key = base64_decode(substr('${secret}', 6));
$body = file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$time = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '0';
$expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $key, true));
$isSigned = false;
foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $one) {
    $isSigned = hash_equals($expected, $one) || $isSigned;
}
if (!$isSigned || abs(time() - (int) $time) > 300) {
    http_response_code(401);
    exit;
}
error_log($id . ' ' . json_decode($body)->type);
http_response_code(204);
`,
  ruby: (secret) => `
require "base64"
require "json"
require "openssl"
require "sinatra"

KEY = Base64.decode64("${secret}".delete_prefix("whsec_"))

post "/" do
  body = request.body.read
  id, sent = request.env.values_at("HTTP_WEBHOOK_ID", "HTTP_WEBHOOK_TIMESTAMP")
  digest = OpenSSL::HMAC.digest("SHA256", KEY, "#{id}.#{sent}.#{body}")
  expected = "v1," + Base64.strict_encode64(digest)
  signatures = request.env["HTTP_WEBHOOK_SIGNATURE"].to_s.split
  is_signed = signatures.any? { |one| Rack::Utils.secure_compare(expected, one) }
  halt 401 unless is_signed && (Time.now.to_i - sent.to_i).abs < 300
  puts "#{id} #{JSON.parse(body)["type"]}"
  204
end
`,
  go: (secret) => `
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"log"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func main() {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix("${secret}", "whsec_"))
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		id, sent := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + sent + "." + string(body)))
		expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		signed := false
		for _, one := range strings.Fields(r.Header.Get("webhook-signature")) {
			signed = signed || hmac.Equal([]byte(one), []byte(expected))
		}
		seconds, _ := strconv.ParseInt(sent, 10, 64)
		if !signed || math.Abs(float64(time.Now().Unix()-seconds)) > 300 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		log.Printf("%s %s", id, body)
		w.WriteHeader(http.StatusNoContent)
	})
	log.Fatal(http.ListenAndServe(":3000", nil))
}
`,
};

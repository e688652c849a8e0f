import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { ref } from "vue";
import type { Import } from "../../contract/imports.ts";
import { followImport } from "./follow-import.ts";

test("a tab out of sight holds no stream; in sight it opens one", async () => {
  const asked: string[] = [];
  let version = 1;
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url?.endsWith("/events")) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`event: import\ndata: {"version":9,"state":"done"}\n\n`);
    } else {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ version: version++, state: "loading" }));
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const hidden = ref(true);
  const base_url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const states: Import[] = [];
  for await (const state of followImport(1, { base_url, hidden, signal: new AbortController().signal })) {
    states.push(state);
    hidden.value = false;
  }
  expect(states.map((state) => state.version)).toEqual([1, 9]);
  expect(asked).toEqual(["/api/imports/1", "/api/imports/1/events"]);
  server.closeAllConnections();
  server.close();
});

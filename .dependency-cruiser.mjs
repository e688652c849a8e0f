// The floor plan: which part may import which. Imports run downhill,
//   main -> commands -> http -> rooms -> events, jobs -> db        everything -> contract        web/<room> -> web/kit, client
// and whatever goes another way is an error, with its reason below.

const ROOMS = "catalog|imports|changesets|webhooks";
const TESTS = "\\.test\\.ts$|^tests/|^bench/";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-circles",
      comment: "Files in a circle can only be understood, tested and moved together.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "nothing-missing",
      comment: "An import that leads nowhere fails when the user gets there.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^#build/|^virtual:" },
    },
    {
      name: "contract-stands-alone",
      comment: "The contract runs in browsers and on servers: zod, and neither Node nor DOM.",
      severity: "error",
      from: { path: "^contract/", pathNot: TESTS },
      to: { pathNot: "^contract/|^node_modules/zod/" },
    },
    {
      name: "client-needs-the-contract-only",
      comment: "The client is for browser, command line and strangers; it brings nothing but the contract.",
      severity: "error",
      from: { path: "^client/", pathNot: TESTS },
      to: { pathNot: "^(client|contract)/|^node_modules/zod/", dependencyTypesNot: ["core"] },
    },
    {
      name: "nothing-of-node-in-the-page",
      comment: "client/upload.ts streams a file from disk; in a browser there is no such thing.",
      severity: "error",
      from: { path: "^(web|client|contract)/", pathNot: `^client/upload\\.ts$|${TESTS}` },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "page-has-its-own-upload",
      comment: "As above: client/upload.ts is for Node.",
      severity: "error",
      from: { path: "^web/" },
      to: { path: "^client/upload\\.ts$" },
    },
    {
      name: "page-talks-over-the-wire",
      comment: "The page knows the server by client and contract alone, as any other user of the API does.",
      severity: "error",
      from: { path: "^web/", pathNot: TESTS },
      to: { pathNot: "^(web|client|contract)/|node_modules/|^#build/|^virtual:" },
    },
    {
      name: "page-rooms-do-not-meet",
      comment: "A room of the page can be read and removed by itself; what two need belongs into web/kit.",
      severity: "error",
      from: { path: "^web/([^/]+)/", pathNot: "^web/kit/" },
      to: { path: "^web/[^/]+/", pathNot: "^web/($1|kit)/" },
    },
    {
      name: "kit-knows-no-room",
      comment: "The kit is what the rooms share.",
      severity: "error",
      from: { path: "^web/kit/" },
      to: { path: "^web/(?!kit/)" },
    },
    {
      name: "kit-is-dumb",
      comment: "Parts of the kit show what they are given; once they fetch, they belong to a room.",
      severity: "error",
      from: { path: "^web/kit/.*\\.vue$" },
      to: { path: "^client/" },
    },
    {
      name: "nobody-imports-main",
      comment:
        "main.ts is the door: it reads the arguments and ends the process. What others need of it belongs elsewhere.",
      severity: "error",
      from: { pathNot: TESTS },
      to: { path: "^src/main\\.ts$" },
    },
    {
      name: "commands-come-from-main",
      comment: "A command is the top of a call; what two commands share lies beside them.",
      severity: "error",
      from: { pathNot: `^src/(main\\.ts$|commands/)|${TESTS}` },
      to: { path: "^src/commands/" },
    },
    {
      name: "main-only-dispatches",
      comment: "Every start pays for what main.ts imports, `skuport --help` too.",
      severity: "error",
      from: { path: "^src/main\\.ts$" },
      to: { path: "^(src|client|contract)/", pathNot: "^src/(commands/|config\\.ts$|version\\.ts$)" },
    },
    {
      name: "http-is-above-the-rooms",
      comment:
        "Rooms throw Problems and declare routes; a worker runs them without any HTTP. sse.ts alone is at their service.",
      severity: "error",
      from: { path: "^src/", pathNot: `^src/(commands|http)/|${TESTS}` },
      to: { path: "^src/http/", pathNot: "^src/http/sse\\.ts$" },
    },
    {
      name: "http-enters-rooms-by-their-routes",
      comment: "The application mounts what a room's routes.ts offers; how the room does it is its own affair.",
      severity: "error",
      from: { path: "^src/http/", pathNot: TESTS },
      to: { path: `^src/(${ROOMS})/`, pathNot: "/routes\\.ts$" },
    },
    {
      name: "imports-use-the-catalogue-by-its-rules",
      comment: "The import engine needs the product's rules and its SQL, never the catalogue's routes or search.",
      severity: "error",
      from: { path: "^src/imports/", pathNot: TESTS },
      to: {
        path: "^src/catalog/",
        pathNot: "^src/catalog/(product|sku-key|hash-text|store|merge|history|backlog)\\.ts$",
      },
    },
    {
      name: "catalogue-is-below",
      comment: "The catalogue is what the other rooms change; it knows none of them but the changesets it belongs to.",
      severity: "error",
      from: { path: "^src/catalog/", pathNot: TESTS },
      to: { path: `^src/(${ROOMS})/`, pathNot: "^src/(catalog/|changesets/store\\.ts$)" },
    },
    {
      name: "changesets-are-below",
      comment: "A changeset says who and when for every kind of change, so it knows no kind.",
      severity: "error",
      from: { path: "^src/changesets/(?!routes)", pathNot: TESTS },
      to: { path: `^src/(${ROOMS})/`, pathNot: "^src/changesets/" },
    },
    {
      name: "webhooks-and-imports-never-meet",
      comment: "Both know only the events between them, so either can fail, wait or be removed without the other.",
      severity: "error",
      from: { path: "^src/(webhooks|imports)/", pathNot: TESTS },
      to: { path: "^src/(webhooks|imports)/", pathNot: "^src/$1/" },
    },
    {
      name: "reading-is-pure",
      comment: "Bytes in, records out: the reader runs without database and server, in `skuport read` and in tests.",
      severity: "error",
      from: { path: "^src/imports/read/", pathNot: TESTS },
      to: { path: "^src/", pathNot: "^src/(imports/read/|catalog/(product|sku-key)\\.ts$)" },
    },
    {
      name: "events-and-jobs-know-no-room",
      comment: "They carry what rooms say and do; what it means is the rooms' business.",
      severity: "error",
      from: { path: "^src/(events|jobs)/", pathNot: TESTS },
      to: { path: "^src/", pathNot: "^src/(events|jobs|db)/|^src/config\\.ts$" },
    },
    {
      name: "db-is-the-cellar",
      comment: "Connections, migrations and the embedded PostgreSQL serve everything above and need none of it.",
      severity: "error",
      from: { path: "^src/db/", pathNot: TESTS },
      to: { path: "^(src|client|contract)/", pathNot: "^src/db/" },
    },
    {
      name: "config-is-handed-down",
      comment:
        "main.ts reads the settings once; all others get the object and import its type only, so nothing depends on the environment.",
      severity: "error",
      from: { pathNot: `^src/main\\.ts$|${TESTS}` },
      to: { path: "^src/config\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "no-test-code-in-the-program",
      comment: "Test code is not part of an installation.",
      severity: "error",
      from: { path: "^(src|client|contract|web)/", pathNot: TESTS },
      to: { path: `^scripts/|${TESTS}` },
    },
    {
      name: "no-dev-dependencies-in-the-server",
      comment: "A production install has no devDependencies; the page may use them, for it is built before.",
      severity: "error",
      from: { path: "^(src|client|contract|bin)/", pathNot: TESTS },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only", "npm"], pathNot: "^node_modules/@types/" },
    },
    {
      name: "dependencies-are-declared",
      comment: "What is only there because something else installed it may be gone tomorrow.",
      severity: "error",
      from: { path: "^(src|client|contract|web|tests|bench)/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "types", "default"] },
    builtInModules: { add: ["node:sqlite"] },
    cache: { folder: "node_modules/.cache/dependency-cruiser", strategy: "content" },
  },
};

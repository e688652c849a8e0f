// The layers: which part may import which. Imports run in one direction,
//   main -> commands -> processes -> http -> modules -> events, jobs -> db        everything -> contract
//   web/shell, web/<section> -> web/server -> web/services -> web/ui -> web/texts
// Any other import is an error. Its rule below states the reason.

const MODULES = "catalog|imports|profiles|changesets|operations|webhooks";
const SECTIONS = "account|audit|catalog|changesets|imports|profiles|settings|sign-in|users|webhooks";
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
      comment:
        "client/upload.ts streams a file from disk, in a form if upload-form.ts makes one; a browser has no file access.",
      severity: "error",
      from: { path: "^(web|client|contract)/", pathNot: `^client/upload(-form)?\\.ts$|${TESTS}` },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "page-has-its-own-upload",
      comment: "As above: client/upload.ts is for Node.",
      severity: "error",
      from: { path: "^web/" },
      to: { path: "^client/upload(-form)?\\.ts$" },
    },
    {
      name: "page-talks-over-the-wire",
      comment: "The page knows the server by client and contract alone, as any other user of the API does.",
      severity: "error",
      from: { path: "^web/", pathNot: TESTS },
      to: { pathNot: "^(web|client|contract)/|node_modules/|^#build/|^virtual:" },
    },
    {
      name: "page-sections-are-independent",
      comment:
        "A section of the page can be read and removed by itself; what two sections need belongs in a shared layer.",
      severity: "error",
      from: { path: `^web/(${SECTIONS})/` },
      to: { path: `^web/(${SECTIONS})/`, pathNot: "^web/$1/" },
    },
    {
      name: "page-layers",
      comment: "shell and sections -> server -> services -> ui: a lower layer knows no higher one.",
      severity: "error",
      from: { path: "^web/(server|services|ui)/", pathNot: TESTS },
      to: { path: `^web/(${SECTIONS}|shell)/` },
    },
    {
      name: "page-services-fetch-nothing",
      comment:
        "Services and interface parts show what they are given; code that calls the server belongs in web/server.",
      severity: "error",
      from: { path: "^web/(services|ui)/", pathNot: TESTS },
      to: { path: "^(client/|web/server/)" },
    },
    {
      name: "page-ui-is-the-lowest-layer",
      comment: "Interface parts know texts and other interface parts.",
      severity: "error",
      from: { path: "^web/ui/", pathNot: TESTS },
      to: { path: "^web/(?!ui/|texts/)" },
    },
    {
      name: "texts-know-nobody",
      comment: "Words are for everybody; they name what they speak of by themselves.",
      severity: "error",
      from: { path: "^web/texts/", pathNot: TESTS },
      to: { path: "^(web/(?!texts/)|client/)" },
    },
    {
      name: "nobody-imports-main",
      comment:
        "main.ts is the door: it reads the arguments and ends the process. bin/ only opens it. What others need of it belongs elsewhere.",
      severity: "error",
      from: { pathNot: `^bin/|${TESTS}` },
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
      name: "processes-serve-commands",
      comment: "Processes and threads are started by commands; no module knows which process it runs in.",
      severity: "error",
      from: { path: "^src/", pathNot: `^src/(main\\.ts$|commands/|processes/)|${TESTS}` },
      to: { path: "^src/processes/" },
    },
    {
      name: "main-only-dispatches",
      comment: "Every start pays for what main.ts imports, `skuport --help` too.",
      severity: "error",
      from: { path: "^src/main\\.ts$" },
      to: { path: "^(src|client|contract)/", pathNot: "^src/(commands/|[^/]+\\.ts$)" },
    },
    {
      name: "http-is-above-the-modules",
      comment: "Modules throw Problems and declare routes; a worker runs them without any HTTP.",
      severity: "error",
      from: { path: `^src/(${MODULES}|secrets|events|jobs|db)/`, pathNot: TESTS },
      to: { path: "^src/http/" },
    },
    {
      name: "http-enters-modules-by-their-routes",
      comment: "The application mounts what a module's routes.ts offers; how the module does it is its own affair.",
      severity: "error",
      from: { path: "^src/http/", pathNot: TESTS },
      to: { path: `^src/(${MODULES})/`, pathNot: "/routes\\.ts$" },
    },
    {
      name: "imports-use-the-catalogue-by-its-rules",
      comment:
        "The import engine needs the product's rules and its SQL, never the catalogue's routes, queries or search.",
      severity: "error",
      from: { path: "^src/imports/", pathNot: TESTS },
      to: { path: "^src/catalog/(edit|export|list|query|search|routes)" },
    },
    {
      name: "operations-use-the-catalogue-by-its-rules",
      comment: "Operations need the product's rules, its filters and its SQL, never the catalogue's routes or search.",
      severity: "error",
      from: { path: "^src/operations/", pathNot: TESTS },
      to: { path: "^src/catalog/(export|list|search|routes)" },
    },
    {
      name: "operations-and-imports-never-meet",
      comment:
        "Both change products by the catalogue's SQL and differ only in their changesets; neither needs the other.",
      severity: "error",
      from: { path: "^src/(operations|imports)/", pathNot: TESTS },
      to: { path: "^src/(operations|imports)/", pathNot: "^src/$1/" },
    },
    {
      name: "catalogue-is-below",
      comment: "The catalogue is what the other modules change; it knows none of them.",
      severity: "error",
      from: { path: "^src/catalog/", pathNot: TESTS },
      to: { path: `^src/(${MODULES})/`, pathNot: "^src/catalog/" },
    },
    {
      name: "changesets-show-the-catalogue",
      comment: "A changeset says who and when for every kind of change, so it knows the catalogue and no kind.",
      severity: "error",
      from: { path: "^src/changesets/", pathNot: TESTS },
      to: { path: `^src/(${MODULES})/`, pathNot: "^src/(changesets|catalog)/" },
    },
    {
      name: "webhooks-and-imports-never-meet",
      comment: "Both know only the events between them, so either can fail, wait or be removed without the other.",
      severity: "error",
      from: { path: "^src/(webhooks|imports)/", pathNot: TESTS },
      to: { path: "^src/(webhooks|imports)/", pathNot: "^src/$1/" },
    },
    {
      name: "webhooks-read-history-only",
      comment: "Of the catalogue, webhooks need the list of what a changeset changed; all else comes as events.",
      severity: "error",
      from: { path: "^src/webhooks/", pathNot: TESTS },
      to: { path: `^src/(${MODULES})/`, pathNot: "^src/(webhooks|catalog/history)/" },
    },
    {
      name: "import-stages-are-independent",
      comment:
        "Receive, scan and load run in different processes and meet only in the database; what two stages share is in a file below them.",
      severity: "error",
      from: { path: "^src/imports/(receive|scan|load)/", pathNot: TESTS },
      to: { path: "^src/imports/(receive|scan|load|recovery|preview)/", pathNot: "^src/imports/$1/" },
    },
    {
      name: "import-stages-are-above-what-they-share",
      comment: "Only routes, worker, recovery and preview know the stages of an import.",
      severity: "error",
      from: {
        path: "^src/imports/",
        pathNot: `^src/imports/(receive|scan|load|recovery|preview)/|^src/imports/(routes|worker)\\.ts$|${TESTS}`,
      },
      to: { path: "^src/imports/(receive|scan|load|recovery|preview)/" },
    },
    {
      name: "reading-is-pure",
      comment: "Bytes in, records out: the reader runs without database and server, in `skuport read` and in tests.",
      severity: "error",
      from: { path: "^src/imports/read/", pathNot: TESTS },
      to: { path: "^src/", pathNot: "^src/(imports/read|catalog/product)/" },
    },
    {
      name: "product-rules-are-pure",
      comment: "What a product and its SKU may be is the same for a reader without a database.",
      severity: "error",
      from: { path: "^src/catalog/product/", pathNot: TESTS },
      to: { path: "^src/", pathNot: "^src/catalog/product/" },
    },
    {
      name: "events-and-jobs-know-no-module",
      comment: "They carry what modules say and do; what it means is the modules' business.",
      severity: "error",
      from: { path: "^src/(events|jobs)/", pathNot: TESTS },
      to: { path: "^src/", pathNot: "^src/(events|jobs|db)/|^src/config\\.ts$" },
    },
    {
      name: "db-is-the-lowest-layer",
      comment: "Connections, migrations and the embedded PostgreSQL serve everything above and need none of it.",
      severity: "error",
      from: { path: "^src/db/", pathNot: TESTS },
      to: { path: "^(src|client|contract)/", pathNot: "^src/db/" },
    },
    {
      name: "backups-copy-tables",
      comment:
        "A backup copies whatever tables and files there are, so it need not know what the modules do with them.",
      severity: "error",
      from: { path: "^src/backup/", pathNot: TESTS },
      to: { path: "^(src|client|contract)/", pathNot: "^src/(backup|db)/" },
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

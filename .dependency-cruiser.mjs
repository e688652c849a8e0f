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
      comment: "Files that import each other in a circle can only be understood, tested and moved together.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "nothing-missing",
      comment: "An import of a missing file fails only when the code runs.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^#build/|^virtual:" },
    },
    {
      name: "contract-stands-alone",
      comment: "The contract runs in browsers and on servers, so it may use zod, but neither Node nor the DOM.",
      severity: "error",
      from: { path: "^contract/", pathNot: TESTS },
      to: { pathNot: "^contract/|^node_modules/zod/" },
    },
    {
      name: "client-needs-the-contract-only",
      comment: "The page, the command line and other programs use the client, so it depends on the contract only.",
      severity: "error",
      from: { path: "^client/", pathNot: TESTS },
      to: { pathNot: "^(client|contract)/|^node_modules/zod/", dependencyTypesNot: ["core"] },
    },
    {
      name: "nothing-of-node-in-the-page",
      comment:
        "A browser has no modules of Node. Only client/upload.ts and upload-form.ts use them, to stream a file from disk.",
      severity: "error",
      from: { path: "^(web|client|contract)/", pathNot: `^client/upload(-form)?\\.ts$|${TESTS}` },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "page-has-its-own-upload",
      comment: "client/upload.ts and upload-form.ts read files with modules of Node, which a browser lacks.",
      severity: "error",
      from: { path: "^web/" },
      to: { path: "^client/upload(-form)?\\.ts$" },
    },
    {
      name: "page-talks-over-the-wire",
      comment: "The page calls the server through client and contract only, like any other user of the API.",
      severity: "error",
      from: { path: "^web/", pathNot: TESTS },
      to: { pathNot: "^(web|client|contract)/|node_modules/|^#build/|^virtual:" },
    },
    {
      name: "page-sections-are-independent",
      comment:
        "Each section of the page can be read and removed alone. Code that two sections need belongs in a shared layer.",
      severity: "error",
      from: { path: `^web/(${SECTIONS})/` },
      to: { path: `^web/(${SECTIONS})/`, pathNot: "^web/$1/" },
    },
    {
      name: "page-layers",
      comment: "shell and sections -> server -> services -> ui: a lower layer never imports a higher layer.",
      severity: "error",
      from: { path: "^web/(server|services|ui)/", pathNot: TESTS },
      to: { path: `^web/(${SECTIONS}|shell)/` },
    },
    {
      name: "page-services-fetch-nothing",
      comment:
        "Services and interface components show the data that callers pass. Code that calls the server belongs in web/server.",
      severity: "error",
      from: { path: "^web/(services|ui)/", pathNot: TESTS },
      to: { path: "^(client/|web/server/)" },
    },
    {
      name: "page-ui-is-the-lowest-layer",
      comment: "Interface components import only texts and other interface components.",
      severity: "error",
      from: { path: "^web/ui/", pathNot: TESTS },
      to: { path: "^web/(?!ui/|texts/)" },
    },
    {
      name: "texts-know-nobody",
      comment: "All layers use the texts, so the texts may not depend on any layer.",
      severity: "error",
      from: { path: "^web/texts/", pathNot: TESTS },
      to: { path: "^(web/(?!texts/)|client/)" },
    },
    {
      name: "nobody-imports-main",
      comment:
        "main.ts reads the arguments and ends the process. Only bin/ starts it. Code that other files need belongs elsewhere.",
      severity: "error",
      from: { pathNot: `^bin/|${TESTS}` },
      to: { path: "^src/main\\.ts$" },
    },
    {
      name: "commands-come-from-main",
      comment: "Only main.ts calls commands. Code that several commands share belongs in files of src/commands.",
      severity: "error",
      from: { pathNot: `^src/(main\\.ts$|commands/)|${TESTS}` },
      to: { path: "^src/commands/" },
    },
    {
      name: "processes-serve-commands",
      comment: "Commands start processes and threads. No module may depend on the process in which it runs.",
      severity: "error",
      from: { path: "^src/", pathNot: `^src/(main\\.ts$|commands/|processes/)|${TESTS}` },
      to: { path: "^src/processes/" },
    },
    {
      name: "main-only-dispatches",
      comment:
        "Every start loads all files that main.ts imports, even `skuport --help`, so it imports as little as possible.",
      severity: "error",
      from: { path: "^src/main\\.ts$" },
      to: { path: "^(src|client|contract)/", pathNot: "^src/(commands/|[^/]+\\.ts$)" },
    },
    {
      name: "http-is-above-the-modules",
      comment:
        "Modules throw Problems and declare routes, but must not import src/http: a worker runs them without HTTP.",
      severity: "error",
      from: { path: `^src/(${MODULES}|identity|secrets|events|jobs|db)/`, pathNot: TESTS },
      to: { path: "^src/http/" },
    },
    {
      name: "http-enters-modules-by-their-routes",
      comment:
        "The application registers the routes of a module's routes.ts. All other files of the module are private.",
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
      comment: "Both change products with the SQL of the catalogue, and neither needs the other.",
      severity: "error",
      from: { path: "^src/(operations|imports)/", pathNot: TESTS },
      to: { path: "^src/(operations|imports)/", pathNot: "^src/$1/" },
    },
    {
      name: "catalogue-is-below",
      comment: "The other modules use the catalogue, so the catalogue must not depend on them.",
      severity: "error",
      from: { path: "^src/catalog/", pathNot: TESTS },
      to: { path: `^src/(${MODULES})/`, pathNot: "^src/catalog/" },
    },
    {
      name: "changesets-show-the-catalogue",
      comment:
        "A changeset records who made a change, and when, for changes of all kinds. It depends on the catalogue, but on no kind of change.",
      severity: "error",
      from: { path: "^src/changesets/", pathNot: TESTS },
      to: { path: `^src/(${MODULES})/`, pathNot: "^src/(changesets|catalog)/" },
    },
    {
      name: "webhooks-and-imports-never-meet",
      comment: "They communicate through events only, so each of them can fail, wait or be removed without the other.",
      severity: "error",
      from: { path: "^src/(webhooks|imports)/", pathNot: TESTS },
      to: { path: "^src/(webhooks|imports)/", pathNot: "^src/$1/" },
    },
    {
      name: "webhooks-read-history-only",
      comment:
        "Webhooks read the products that a changeset changed from the history. They get all other data from events.",
      severity: "error",
      from: { path: "^src/webhooks/", pathNot: TESTS },
      to: { path: `^src/(${MODULES})/`, pathNot: "^src/(webhooks|catalog/history)/" },
    },
    {
      name: "import-stages-are-independent",
      comment:
        "Receive, scan and load run in different processes and share only the database. Code that two of them share belongs in a lower layer.",
      severity: "error",
      from: { path: "^src/imports/(receive|scan|load)/", pathNot: TESTS },
      to: { path: "^src/imports/(receive|scan|load|recovery|preview)/", pathNot: "^src/imports/$1/" },
    },
    {
      name: "import-stages-are-above-what-they-share",
      comment: "Only routes, worker, recovery and preview may import the stages of an import.",
      severity: "error",
      from: {
        path: "^src/imports/",
        pathNot: `^src/imports/(receive|scan|load|recovery|preview)/|^src/imports/(routes|worker)\\.ts$|${TESTS}`,
      },
      to: { path: "^src/imports/(receive|scan|load|recovery|preview)/" },
    },
    {
      name: "reading-is-pure",
      comment:
        "The reader turns bytes into records. It runs without database and server, in `skuport read` and in tests.",
      severity: "error",
      from: { path: "^src/imports/read/", pathNot: TESTS },
      to: { path: "^src/", pathNot: "^src/(imports/read|catalog/product)/" },
    },
    {
      name: "product-rules-are-pure",
      comment: "The rules for products and SKUs also apply in code that runs without a database.",
      severity: "error",
      from: { path: "^src/catalog/product/", pathNot: TESTS },
      to: { path: "^src/", pathNot: "^src/catalog/product/" },
    },
    {
      name: "events-and-jobs-know-no-module",
      comment: "They transport the events and jobs of all modules, so they must not depend on a module.",
      severity: "error",
      from: { path: "^src/(events|jobs)/", pathNot: TESTS },
      to: { path: "^src/", pathNot: "^src/(events|jobs|db)/|^src/config\\.ts$" },
    },
    {
      name: "identity-knows-no-module",
      comment: "Users, sessions and keys do not depend on what they protect; commands use them without HTTP.",
      severity: "error",
      from: { path: "^src/identity/", pathNot: TESTS },
      to: { path: "^src/", pathNot: "^src/(identity|secrets|events|db)/|^src/jobs/log\\.ts$|^src/config\\.ts$" },
    },
    {
      name: "modules-do-not-decide-about-access",
      comment:
        "The hook in src/http/access decides who may do what. Modules see the actor of a request, and call request.audit.",
      severity: "error",
      from: { path: `^src/(${MODULES})/`, pathNot: TESTS },
      to: { path: "^src/identity/" },
    },
    {
      name: "db-is-the-lowest-layer",
      comment:
        "All layers above use connections, migrations and the embedded PostgreSQL, so these must not depend on a higher layer.",
      severity: "error",
      from: { path: "^src/db/", pathNot: TESTS },
      to: { path: "^(src|client|contract)/", pathNot: "^src/db/" },
    },
    {
      name: "backups-copy-tables",
      comment: "A backup copies whatever tables and files there are; of the modules it needs only the audit log.",
      severity: "error",
      from: { path: "^src/backup/", pathNot: TESTS },
      to: { path: "^src/", pathNot: "^src/(backup|db|identity/audit)/" },
    },
    {
      name: "config-is-handed-down",
      comment:
        "main.ts reads the settings once and passes them on. Other files import only the type, so they do not read the environment.",
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
      comment: "A production install has no devDependencies. The page may use them: only its build needs them.",
      severity: "error",
      from: { path: "^(src|client|contract|bin)/", pathNot: TESTS },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only", "npm"], pathNot: "^node_modules/@types/" },
    },
    {
      name: "dependencies-are-declared",
      comment: "A package that is installed only because another package needs it can disappear with any update.",
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

// The lowest versions of our dependencies without a known vulnerability. audit-lockfile.mjs compares the lockfile with them, so that no
// update reverts a security fix. Source: github.com/advisories; last reviewed 2026-11-29.

/**
 * Keyed by package: the lowest safe version of each affected major version, and its advisory. A higher major version than those listed is
 * safe; a lower major version is not. Every dependency of the server has a row, even a dependency without advisories (`[]`), so that adding
 * a dependency requires looking up its advisories.
 * @type {Readonly<Record<string, readonly [versions: readonly string[], advisory: string]>>}
 */
export const LOWEST_SAFE = {
  // Direct dependencies of the server
  "@fastify/busboy": [[], "none known"],
  "@fastify/helmet": [[], "none known"],
  "@fastify/static": [["10.1.3"], "GHSA-423g-23ch-w7c6"],
  "@fastify/swagger": [[], "none known"],
  "@fastify/swagger-ui": [["2.1.0"], "CVE-2024-22207"],
  entities: [[], "none known"],
  fastify: [["5.12.2"], "four advisories of 2026-09, SNYK-JS-FASTIFY-19639040"],
  "fastify-type-provider-zod": [[], "none known"],
  htmlparser2: [[], "none known"],
  "iconv-lite": [[], "none known"],
  "ipaddr.js": [[], "none known"],
  "p-limit": [[], "none known"],
  pg: [["7.1.2"], "CVE-2017-16082"],
  "pg-boss": [[], "none known"],
  "pg-copy-streams": [[], "none known"],
  pino: [[], "none known"],
  "pino-pretty": [[], "none known"],
  "prom-client": [[], "none known"],
  saxes: [[], "none known"],
  "unbzip2-stream": [[], "none known"],
  undici: [["6.27.0", "7.28.0", "8.5.0"], "GHSA-35p6-xmwp-9g52"],
  "xz-decompress": [[], "none known"],
  yauzl: [["3.2.1"], "CVE-2026-31988"],
  yazl: [[], "none known"],
  zod: [["3.22.3"], "CVE-2023-4316"],
  // Indirect dependencies of the server
  ajv: [["6.14.0", "8.18.0"], "CVE-2025-69873"],
  "brace-expansion": [["5.0.5"], "CVE-2026-33750"],
  cookie: [["0.7.0"], "CVE-2024-47764"],
  debug: [["4.4.3"], "GHSA-8mgj-vmr8-frr6"],
  "fast-uri": [["3.1.7", "4.1.4"], "GHSA-q3j6-qgpj-74h6 and later ones"],
  "find-my-way": [["8.2.2", "9.0.1"], "CVE-2024-45813"],
  glob: [["10.5.0", "11.1.0"], "CVE-2025-64756"],
  luxon: [["3.2.1"], "CVE-2023-22467"],
  minimatch: [["10.2.3"], "CVE-2026-27903"],
  minimist: [["1.2.6"], "CVE-2021-44906"],
  semver: [["7.5.2"], "CVE-2022-25883"],
  yaml: [["2.8.3"], "CVE-2026-33532"],
  // Tools for building, testing and checking
  "cross-spawn": [["7.0.5"], "CVE-2024-21538"],
  defu: [["6.1.5"], "CVE-2026-35209"],
  esbuild: [["0.25.0"], "GHSA-67mh-4wv8-f99f"],
  flatted: [["3.4.2"], "CVE-2026-33228"],
  "form-data": [["4.0.4"], "CVE-2025-7783"],
  h3: [["1.15.5"], "CVE-2026-23527"],
  json5: [["2.2.2"], "CVE-2022-46175"],
  nanoid: [["3.3.18", "5.0.9"], "GHSA-2v37-7h3g-55p8"],
  "nth-check": [["2.0.1"], "CVE-2021-3803"],
  picomatch: [["2.3.2", "4.0.4"], "CVE-2026-33671"],
  "playwright-core": [["1.55.1"], "CVE-2025-59288"],
  postcss: [["8.4.31"], "CVE-2023-44270"],
  vite: [["7.3.2", "8.0.5"], "CVE-2026-39363"],
  vitest: [["3.0.5"], "CVE-2025-24964"],
  "vue-i18n": [["11.1.10"], "CVE-2025-53892"],
  "word-wrap": [["1.2.4"], "CVE-2023-26115"],
};

/** Releases that were published with malicious code: https://github.com/advisories?query=type%3Amalware. */
export const MALICIOUS = new Set([
  "ansi-regex@6.2.1",
  "ansi-styles@6.2.2",
  "backslash@0.2.1",
  "chalk@5.6.1",
  "chalk-template@1.1.1",
  "color-convert@3.1.1",
  "color-name@2.0.1",
  "color-string@2.1.1",
  "debug@4.4.2",
  "error-ex@1.3.3",
  "eslint-config-prettier@8.10.1",
  "eslint-config-prettier@9.1.1",
  "eslint-config-prettier@10.1.6",
  "eslint-config-prettier@10.1.7",
  "event-stream@3.3.6",
  "has-ansi@6.0.1",
  "is-arrayish@0.3.3",
  "simple-swizzle@0.2.3",
  "slice-ansi@7.1.1",
  "strip-ansi@7.1.1",
  "supports-color@10.2.1",
  "supports-hyperlinks@4.1.1",
  "wrap-ansi@9.0.1",
]);

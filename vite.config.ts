// Builds the page: web/ -> dist/. The bundle contains everything that the page needs: at run time, the page loads nothing from other
// servers.
import { fileURLToPath } from "node:url";
import ui from "@nuxt/ui/vite";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const server = "http://127.0.0.1:8000";

export default defineConfig({
  root: "web",
  base: "/",
  plugins: [
    vue(),
    ui({
      root: here,
      // Files import components by name, so that vue-tsc reports a missing component without a build.
      autoImport: false,
      components: false,
      dts: false,
      // Only the styles of components that are used: the style sheet has 134 kB instead of 226 kB.
      experimental: { componentDetection: true },
      colorMode: false, // web/ui/use-theme.ts sets the theme, which can also follow the system
      ui: { colors: { primary: "teal", neutral: "slate" } },
      // Without the bundle, icons would be fetched from a public service when they are first shown.
      icon: { clientBundle: { scan: { globInclude: ["web/**/*.{vue,ts}"], globExclude: ["**/node_modules/**"] } } },
    }),
  ],
  resolve: { alias: [{ find: /^zod$/, replacement: fileURLToPath(new URL("web/zod.ts", import.meta.url)) }] },
  // Leaves out parts of vue-i18n that we do not use: its old API, its global components, its devtools.
  define: {
    __VUE_I18N_FULL_INSTALL__: "false",
    __VUE_I18N_LEGACY_API__: "false",
    __INTLIFY_PROD_DEVTOOLS__: "false",
  },
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2023",
    reportCompressedSize: true,
    // Fewer requests: without groups, each set of pages that share a module gets a file, many of them below 2 kB (83 requests for the
    // list of products instead of 24).
    rolldownOptions: {
      output: {
        chunkFileNames: ({ name }) => `assets/${name.startsWith("shared~") ? "shared" : "[name]"}-[hash].js`,
        codeSplitting: {
          groups: [
            { name: "start", tags: ["$initial"], priority: 1 },
            // A file below the threshold is merged with a similar one, so a page may load modules that it does not need.
            { name: "shared", minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 8_000 },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": server, "/health": server } },
});

// Lint rules: the strictest type-aware rules of typescript-eslint, the rules for Vue, and the project's own rules that ESLint can check.
import vue from "eslint-plugin-vue";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const noDefaultExport = {
  selector: "ExportDefaultDeclaration",
  message: "Export by name: a default export has another name in every file that imports it.",
};
const noEnvironment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: "Only config.ts knows the environment (main.ts hands it over); take a Config as an argument.",
};
const noPipe = {
  selector: "CallExpression[callee.property.name='pipe'][arguments.length=1]",
  message: "Join streams with pipeline() or for await: .pipe() loses errors and leaves streams open.",
};

const underscores = { leadingUnderscore: "allow", trailingUnderscore: "allow" };
const naming = [
  { selector: "variable", format: ["camelCase", "UPPER_CASE", "PascalCase"], ...underscores },
  { selector: "parameter", format: ["camelCase", "PascalCase"], ...underscores },
  { selector: ["variable", "parameter"], modifiers: ["destructured"], format: null },
  { selector: "function", format: ["camelCase"] },
  { selector: "typeLike", format: ["PascalCase"] },
];

export default defineConfig(
  globalIgnores(["dist/", "build/", "data/", "bench/.data/", "coverage/", "tests/screenshots/"]),
  {
    files: ["**/*.ts", "**/*.vue"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: [".vue"] },
    },
    rules: {
      "no-restricted-syntax": ["error", noDefaultExport, noEnvironment, noPipe],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // Allow `void` in the body of a loop or a callback: it shows that the caller deliberately does not await the promise.
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true },
      ],
      // Only fields of requests, responses, tables and settings are named in snake_case. A variable that is destructured from such an
      // object keeps the name of the field.
      "@typescript-eslint/naming-convention": ["error", ...naming],
      eqeqeq: "error",
      "no-console": "error",
      // A longer file or function usually does more than one thing. A file that disables this rule states the reason.
      "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/max-params": ["error", { max: 5 }],
    },
  },
  {
    files: ["**/*.vue"],
    extends: [vue.configs["flat/recommended"]],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      "no-restricted-syntax": "off", // a component is its file's default export
      // Prettier formats the layout, so these rules are off.
      "vue/html-indent": "off",
      "vue/html-closing-bracket-newline": "off",
      "vue/html-self-closing": "off",
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/multiline-html-element-content-newline": "off",
      // Props are named in snake_case, like the fields of the API.
      "vue/prop-name-casing": "off",
      "vue/attribute-hyphenation": "off",
      "vue/v-on-event-hyphenation": "off",
      "vue/require-default-prop": "off", // the types show which props are optional
      "vue/component-api-style": ["error", ["script-setup"]],
      "vue/block-lang": ["error", { script: { lang: "ts" } }],
      "vue/no-v-html": "error", // the page shows contents of files, and v-html would interpret HTML in them
    },
  },
  {
    files: ["src/config.ts", "src/main.ts"],
    rules: { "no-restricted-syntax": ["error", noDefaultExport, noPipe] },
  },
  {
    // These programs write to the terminal, so they may use console.
    files: ["src/main.ts", "src/commands/**", "src/processes/**", "bench/**", "tests/**", "**/*.test.ts"],
    rules: { "no-console": "off" },
  },
  {
    files: ["**/*.test.ts", "tests/**", "bench/**"],
    rules: {
      "max-lines": "off", // tables of test cases are long
      "max-lines-per-function": "off",
      "no-restricted-syntax": ["error", noDefaultExport],
    },
  },
  {
    // Schemas and endpoints are constants that are named like the fields of the API.
    files: ["contract/**"],
    rules: {
      "@typescript-eslint/naming-convention": [
        "error",
        ...naming,
        { selector: "variable", modifiers: ["global"], format: null },
      ],
    },
  },
  {
    files: ["web/texts/**"],
    rules: { "max-lines": "off" }, // one file contains all texts of a section
  },
  {
    // Vitest and Vite require default exports.
    files: ["*.config.ts", "tests/support/start-postgres.ts", "tests/support/count-reporter.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
  {
    // These tests belong to no tsconfig: web/tsconfig.json excludes them, because it has the browser's types but not Node's.
    files: ["web/**/*.test.ts"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: Object.fromEntries(
        ["Buffer", "clearInterval", "console", "performance", "process", "setInterval"].map((name) => [
          name,
          "readonly",
        ]),
      ),
    },
    rules: { "no-undef": "error", "no-unused-vars": "error", eqeqeq: "error" },
  },
);

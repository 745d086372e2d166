import { defineConfig } from "vitest/config";

/** Members of our own objects only: nothing here may be a member of a JSON file, of a token, or of the browser. */
const OWN_NAMES =
  /^(statusAgeS|ageS|identityChecked|onIdentity|onAgain|onPaste|onLanguage|statusIndex|statusList|dictionaries|readPresentation|checkPass|checkStatus|verifyPresentation|evidence|payload|printed|notBefore|fetchMs|tookMs|maxAgeS|held|statement|signed)$/;

/** One origin of pages: `web/gate` becomes `web/dist/gate`, to be published at the root of gate.<host>. */
export default defineConfig({
  root: "gate",
  base: "/",
  publicDir: false,
  build: {
    outDir: "../dist/gate",
    emptyOutDir: true,
    target: ["chrome80", "safari14"],
    // Everything is one small chunk; the polyfill would be dead weight, and inlined assets would break the CSP.
    modulePreload: false,
    assetsInlineLimit: 0,
    // A few hundred bytes smaller than the default, and the first visit has a budget.
    minify: "terser",
    terserOptions: {
      ecma: 2020,
      module: true,
      compress: { passes: 3, unsafe_arrows: true },
      mangle: { properties: { regex: OWN_NAMES } },
    },
    rolldownOptions: {
      input: { page: "gate/v/index.html", inflate: "src/core/inflate.ts" },
      preserveEntrySignatures: "allow-extension",
      // Our own inflate is fetched by name, only by browsers that need it: the page must know where it is. Not among
      // the assets, which are cached for ever because their names change.
      output: { entryFileNames: ({ name }) => (name === "inflate" ? "v/inflate.js" : "assets/[name]-[hash].js") },
    },
  },
  test: { root: ".", include: ["tests/**/*.test.ts"], testTimeout: 30_000 },
});

import { defineConfig } from "vitest/config";

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
    rolldownOptions: {
      input: { page: "gate/v/index.html", inflate: "src/core/inflate.ts" },
      preserveEntrySignatures: "allow-extension",
      // Our own inflate is fetched by name, only by browsers that need it: the page must know where it is.
      output: { entryFileNames: ({ name }) => (name === "inflate" ? "assets/inflate.js" : "assets/[name]-[hash].js") },
    },
  },
  test: { root: ".", include: ["tests/**/*.test.ts"], testTimeout: 30_000 },
});

import { existsSync, readdirSync } from "node:fs";
import { defineConfig, type Plugin } from "vitest/config";

/** One origin of pages: `web/gate` becomes `web/dist/gate`, to be published at the root of gate.<host>. */
const ORIGIN = process.env.ORIGIN ?? "gate";

/** The floor of what a camera opens is Chrome 80 and Safari 14; consoles may ask for a browser of the last years. */
const TARGET = ORIGIN === "desk" ? ["chrome109", "safari16"] : ["chrome80", "safari14"];

const documents = readdirSync(ORIGIN, { recursive: true }).filter((path) => String(path).endsWith("index.html"));
const pages = Object.fromEntries(
  documents.map((path) => [String(path).split("/").slice(0, -1).join("-") || "home", `${ORIGIN}/${path}`]),
);
// Our own inflate is fetched by name, only by browsers that need it: the page must know where it is. Not among the
// assets, which are cached for ever because their names change.
const inflate = { inflate: "src/core/inflate.ts" };
const worker = { sw: "src/worker/sw.ts" };
const NAMED: Readonly<Record<string, string>> = { inflate: "v/inflate.js", sw: "sw.js" };

/** Where the reader's package would fetch its WebAssembly if we did not say where ours is. */
const CDN = /`https:\/\/fastly\.jsdelivr\.net[^`]*`/;

/** Takes the CDN's address, dead code here, out of the reader: no built file of ours names a third party. */
function withoutThirdParty(): Plugin {
  return {
    name: "without-third-party",
    transform(code, id) {
      if (!/zxing-wasm\/dist\/es\/share\.js/.test(id)) return undefined;
      if (!CDN.test(code)) throw new Error("the reader's package has changed: look where it fetches from");
      return { code: code.replace(CDN, "e"), map: null };
    },
  };
}

export default defineConfig({
  root: ORIGIN,
  base: "/",
  publicDir: existsSync(`${ORIGIN}/public`) ? "public" : false,
  build: {
    outDir: `../dist/${ORIGIN}`,
    emptyOutDir: true,
    target: TARGET,
    // The polyfill would be dead weight, and inlined assets would break the CSP.
    modulePreload: false,
    assetsInlineLimit: 0,
    // A few hundred bytes smaller than the default, and a first visit has a budget.
    minify: "terser",
    terserOptions: { ecma: 2020, module: true, compress: { passes: 3, unsafe_arrows: true } },
    rolldownOptions: {
      input: { ...pages, ...(ORIGIN === "gate" ? inflate : {}), ...(ORIGIN === "desk" ? {} : worker) },
      preserveEntrySignatures: "allow-extension",
      output: { entryFileNames: ({ name }) => NAMED[name] ?? "assets/[name]-[hash].js" },
    },
  },
  worker: {
    format: "es",
    plugins: () => [withoutThirdParty()],
    rolldownOptions: {
      output: { entryFileNames: "assets/[name]-[hash].js", assetFileNames: "assets/[name]-[hash][extname]" },
    },
  },
  test: { root: ".", include: ["tests/**/*.test.ts"], testTimeout: 30_000 },
});

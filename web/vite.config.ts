import { existsSync, readdirSync } from "node:fs";
import { defineConfig, type Plugin } from "vitest/config";

/** One origin of pages: `web/gate` becomes `web/dist/gate`, to be published at the root of gate.<host>. */
const ORIGIN = process.env.ORIGIN ?? "gate";

/** The floor of what a camera opens is Chrome 80 and Safari 14; consoles may ask for a browser of the last years. */
const TARGET = ORIGIN === "desk" ? ["chrome109", "safari16"] : ["chrome80", "safari14"];

/**
 * A part of an origin that is built by itself, so that it shares no file with the others: the page that any camera opens
 * has a budget, and what it fetches later, by name, is kept whole by whoever stands on shift.
 */
const PART = process.env.PART;
const APART: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  v: { v: "gate/v/index.html", inflate: "src/core/inflate.ts" },
  "later-rest": { "later-rest": "src/gate/later-rest.ts" },
  "later-duty": { "later-duty": "src/gate/later-duty.ts" },
};
const apart = PART === undefined ? undefined : APART[PART];

const documents = readdirSync(ORIGIN, { recursive: true }).filter((path) => String(path).endsWith("index.html"));
const pages = Object.fromEntries(
  documents
    .filter((path) => ORIGIN !== "gate" || path !== "v/index.html")
    .map((path) => [String(path).split("/").slice(0, -1).join("-") || "home", `${ORIGIN}/${path}`]),
);
const ASSETS = "assets/[name]-[hash][extname]";
const worker = { sw: "src/worker/sw.ts" };
// What is fetched by name, only by browsers that need it: the page must know where it is. Not among the assets, which
// are cached for ever because their names change.
const NAMED: Readonly<Record<string, string>> = {
  inflate: "v/inflate.js",
  "later-rest": "v/later-rest.js",
  "later-duty": "v/later-duty.js",
  sw: "sw.js",
};

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

/** How the charts' canvas empties the place it is put in: under Trusted Types nothing may be markup, not even none. */
const EMPTIED = "innerHTML = ''";

/** Lets Apache ECharts draw under our policy; whatever else of it writes markup (tooltips) is not imported. */
function withoutMarkup(): Plugin {
  return {
    name: "without-markup",
    transform(code, id) {
      if (!/zrender\/lib\/canvas\/Painter\.js/.test(id)) return undefined;
      if (!code.includes(EMPTIED)) throw new Error("the charts' package has changed: look how it empties its place");
      return { code: code.replaceAll(EMPTIED, "replaceChildren()"), map: null };
    },
  };
}

export default defineConfig({
  root: ORIGIN,
  base: "/",
  plugins: [withoutMarkup()],
  publicDir: existsSync(`${ORIGIN}/public`) ? "public" : false,
  build: {
    outDir: `../dist/${ORIGIN}`,
    emptyOutDir: PART === undefined || PART === "v",
    // Both browsers of the floor have `?.` and `??`; lowered for a rare fault of theirs that we do not write.
    target: ORIGIN === "desk" ? TARGET : "es2020",
    // Styles are written for the floor; lowering would only add to them.
    cssTarget: ["chrome123", "safari17.5"],
    // The polyfill would be dead weight, and inlined assets would break the CSP.
    modulePreload: false,
    assetsInlineLimit: 0,
    // The charts alone are larger than the default of 500 kB; they are fetched by whoever looks at them.
    chunkSizeWarningLimit: 600,
    // A few hundred bytes smaller than the default, and a first visit has a budget; at the desk the charts would take
    // half a minute of it, and nobody is in a hurry at a door.
    minify: ORIGIN === "desk" ? true : "terser",
    terserOptions: {
      ecma: 2020,
      module: true,
      compress: { passes: 3, unsafe_arrows: true, keep_fargs: false, inline: 2, sequences: false },
    },
    rolldownOptions: {
      input: apart ?? { ...pages, ...worker },
      preserveEntrySignatures: "allow-extension",
      output: {
        entryFileNames: ({ name }) => NAMED[name] ?? "assets/[name]-[hash].js",
        assetFileNames: ({ names: [name] }) => (/^later-.*css$/.test(name ?? "") ? "v/[name][extname]" : ASSETS),
      },
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

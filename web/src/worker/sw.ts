/**
 * The service worker of an origin: its pages and their files from the cache, what is published from the network first.
 *
 * It is served `no-cache`, names the build it belongs to, and takes over at once, so that a new build replaces it at the
 * next look. Kill switch: when `/worker.json` says `{"off": true}`, it deletes its caches, unregisters itself and
 * reloads the pages, which then come from the network.
 */
interface FetchLike extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface ExtendableLike extends Event {
  waitUntil(done: Promise<unknown>): void;
}

interface WorkerScope {
  readonly location: Location;
  readonly registration: { unregister(): Promise<boolean> };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { type: "window" }): Promise<readonly { url: string; navigate(url: string): Promise<unknown> }[]>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: ExtendableLike) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchLike & ExtendableLike) => void): void;
}

const scope = globalThis as unknown as WorkerScope;

// Written in by scripts/build.mjs: the page folders, the files worth having before they are asked for, the build's digest.
const FOLDERS: readonly string[] = JSON.parse("__FOLDERS__");
const FILES: readonly string[] = JSON.parse("__FILES__");

const PAGES = "epipass-pages-__BUILD__";
const PUBLISHED = "epipass-published";
const SWITCH = "/worker.json";
const PUBLISHED_PATHS = /^\/(config\.json|sites\.json|\.well-known\/[\w./-]+|status\/[\w.-]+)$/;
const PATIENCE_MS = 4000;
const LOOK_MS = 3_600_000;

let lookedAt = 0;

async function precache(): Promise<void> {
  const cache = await caches.open(PAGES);
  // Assets are named by their content, so the HTTP cache may serve them; documents are fetched anew.
  await Promise.all(
    FILES.map(async (path) => {
      const answer = await fetch(path, { cache: path.startsWith("/assets/") ? "default" : "no-cache" });
      if (!answer.ok) throw new TypeError(path);
      await cache.put(path, answer);
    }),
  );
}

async function forget(): Promise<void> {
  for (const name of await caches.keys()) if (name !== PAGES && name !== PUBLISHED) await caches.delete(name);
}

async function turnOff(): Promise<void> {
  for (const name of await caches.keys()) await caches.delete(name);
  await scope.registration.unregister();
  for (const client of await scope.clients.matchAll({ type: "window" })) await client.navigate(client.url);
}

/** Look at the kill switch, at most once an hour; without a network nothing changes. */
async function look(): Promise<void> {
  if (Date.now() - lookedAt < LOOK_MS) return;
  try {
    const answer = await fetch(SWITCH, { cache: "no-store" });
    lookedAt = Date.now();
    if (answer.ok && ((await answer.json()) as { off?: boolean }).off === true) await turnOff();
  } catch {
    // No network, or no switch published: go on.
  }
}

/** The document of an address: `/v` is /v/index.html, `/c/CODE` is /c/index.html. */
function documentOf(path: string): string {
  const folder = FOLDERS.find((name) => name !== "/" && (path === name || path.startsWith(`${name}/`)));
  return folder === undefined ? "/index.html" : `${folder}/index.html`;
}

async function fromCache(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(PAGES);
  const held = await cache.match(path);
  if (held !== undefined) return held;
  const answer = await fetch(request);
  if (answer.ok && path.startsWith("/assets/")) await cache.put(path, answer.clone());
  return answer;
}

async function fromNetwork(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(PUBLISHED);
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(request, { signal: patience.signal });
    if (answer.ok) await cache.put(path, answer.clone());
    return answer;
  } catch (error) {
    // Offline: what was published last. Its own dates say whether it still counts.
    const held = await cache.match(path);
    if (held === undefined) throw error;
    return held;
  } finally {
    clearTimeout(timer);
  }
}

scope.addEventListener("install", (event) => event.waitUntil(precache().then(() => scope.skipWaiting())));
scope.addEventListener("activate", (event) =>
  event.waitUntil(
    forget()
      .then(() => scope.clients.claim())
      .then(look),
  ),
);
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== scope.location.origin) return;
  if (request.mode === "navigate") {
    event.waitUntil(look());
    event.respondWith(fromCache(documentOf(url.pathname), request));
  } else if (PUBLISHED_PATHS.test(url.pathname)) event.respondWith(fromNetwork(url.pathname, request));
  else if (url.pathname.startsWith("/assets/") || FILES.includes(url.pathname)) {
    event.respondWith(fromCache(url.pathname, request));
  }
});

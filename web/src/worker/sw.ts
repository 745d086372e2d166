/**
 * The service worker of an origin: its pages and their files from the build's cache, what is published from the network.
 *
 * It is served `no-cache`, knows the SHA-256 of every file of its build (scripts/worker.mjs writes that before this code)
 * and installs whole or not at all: the one before goes on. It takes over at once. An API request never passes here.
 * Kill switch: while `/worker.json` says `{"off": true}` no worker installs, and one that is there deletes its caches,
 * unregisters itself and has its pages come from the network. This file imports nothing: it must stay one script.
 */
interface Build {
  readonly id: string;
  /** Folders with a page: `/`, `/c`. */
  readonly folders: readonly string[];
  /** SHA-256 (base64url) by path: of files to have from the start, and of files to have once they were used. */
  readonly files: Readonly<Record<string, string>>;
  readonly later: Readonly<Record<string, string>>;
}

interface ExtendableLike extends Event {
  waitUntil(done: Promise<unknown>): void;
}

interface FetchLike extends ExtendableLike {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface PageLike {
  readonly url: string;
  navigate(url: string): Promise<unknown>;
  postMessage(message: unknown): void;
}

interface WorkerScope {
  readonly EPIPASS: Build;
  readonly location: Location;
  readonly registration: { unregister(): Promise<boolean> };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { type: "window" }): Promise<readonly PageLike[]>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: ExtendableLike) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchLike) => void): void;
  addEventListener(type: "message", listener: (event: ExtendableLike & { readonly data: unknown }) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
const BUILD = scope.EPIPASS;
const EVERY_BUILD = "epipass-pages-";
const PAGES = EVERY_BUILD + BUILD.id;
const PUBLISHED = "epipass-published";
const SWITCH = "/worker.json";
const PUBLISHED_PATHS = /^\/(config\.json|sites\.json|\.well-known\/[\w./-]+|status\/[\w.-]+)$/;
/** Folders whose page answers for whatever is below them: a venue code is the last part of its address. */
const OPEN_FOLDERS = ["/c"];
/** Whatever header a file varies by, we have one of it. */
const ANY = { ignoreVary: true } as const;
/** When a copy was kept, in milliseconds. Its `Date` is taken off: no page may learn the time from a cache. */
const HELD = "x-epipass-held";
const PATIENCE_MS = 4000;
const LOOK_MS = 3_600_000;
const STATUS_KEPT_MS = 7 * 86_400_000;

let lookedAt = 0;
let off = false;

function isAsset(path: string): boolean {
  return path.startsWith("/assets/");
}

async function digestOf(body: ArrayBuffer): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=/g, "");
}

/** An answer as it is kept: its body is decoded already, and its hour is past. */
function copyOf(body: ArrayBuffer, answer: Response): Response {
  const headers = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length", "date"]) headers.delete(name);
  headers.set(HELD, String(Date.now()));
  return new Response(body, { headers });
}

/** Put a file of this build into its cache if it is the file; whether it was. */
async function keepFile(cache: Cache, path: string, answer: Response | undefined): Promise<boolean> {
  if (answer === undefined || !answer.ok) return false;
  const body = await answer.arrayBuffer();
  if ((await digestOf(body)) !== (BUILD.files[path] ?? BUILD.later[path])) return false;
  await cache.put(path, copyOf(body, answer));
  return true;
}

/** Have a file: an asset perhaps from the build before or the HTTP cache, for its name tells its content. */
async function have(cache: Cache, path: string): Promise<void> {
  if (isAsset(path)) {
    if (await keepFile(cache, path, await caches.match(path, ANY))) return;
    if (await keepFile(cache, path, await fetch(path))) return;
  }
  // A document of another build than ours: its publishing is not finished, and the browser will ask again.
  if (!(await keepFile(cache, path, await fetch(path, { cache: "no-cache" })))) throw new TypeError(path);
}

/** The page caches of other builds, the newest last. */
async function othersPages(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(EVERY_BUILD) && name !== PAGES);
}

/** A file's name without the digest of its content: the same file in another build. */
function stem(path: string): string {
  return path.replace(/-[\w-]{8}(\.\w+)$/, "$1");
}

/** Files of `later` that this device had in another build: whoever scans offline must do so after a new build too. */
async function usedBefore(): Promise<string[]> {
  const used = new Set<string>();
  for (const name of await othersPages()) {
    for (const { url } of await (await caches.open(name)).keys()) used.add(stem(new URL(url).pathname));
  }
  return Object.keys(BUILD.later).filter((path) => used.has(stem(path)));
}

async function install(): Promise<void> {
  if (await isTurnedOff()) throw new TypeError("turned off");
  const cache = await caches.open(PAGES);
  try {
    const wanted = [...Object.keys(BUILD.files), ...(await usedBefore())];
    await Promise.all(wanted.map((path) => have(cache, path)));
  } catch (error) {
    await caches.delete(PAGES);
    throw error;
  }
  await scope.skipWaiting();
}

/** The build just before stays: pages still open in it may yet ask for a part of it. */
async function activate(): Promise<void> {
  const [before = PAGES] = (await othersPages()).reverse();
  for (const name of await caches.keys()) if (![PAGES, PUBLISHED, before].includes(name)) await caches.delete(name);
  await scope.clients.claim();
  await look();
}

async function isTurnedOff(): Promise<boolean> {
  const answer = await fetch(SWITCH, { cache: "no-store" });
  return answer.ok && ((await answer.json()) as { off?: unknown }).off === true;
}

async function forgetAll(): Promise<void> {
  for (const name of await caches.keys()) await caches.delete(name);
}

async function turnOff(): Promise<void> {
  off = true;
  await forgetAll();
  await scope.registration.unregister();
  for (const page of await scope.clients.matchAll({ type: "window" })) {
    // To an address with a fragment a browser would not go anew; the page reloads itself.
    if (page.url.includes("#")) page.postMessage("turned-off");
    else await page.navigate(page.url).catch(() => undefined);
  }
}

async function forgetOldLists(): Promise<void> {
  const cache = await caches.open(PUBLISHED);
  for (const request of await cache.keys()) {
    if (!new URL(request.url).pathname.startsWith("/status/")) continue;
    const heldAt = Number((await cache.match(request, ANY))?.headers.get(HELD));
    if (Date.now() - heldAt > STATUS_KEPT_MS) await cache.delete(request, ANY);
  }
}

/** Once an hour: is the switch off? Without a network nothing changes. */
async function look(): Promise<void> {
  if (off || Date.now() - lookedAt < LOOK_MS) return;
  lookedAt = Date.now();
  try {
    if (await isTurnedOff()) await turnOff();
    else await forgetOldLists();
  } catch {
    // No network, or no switch published: go on, and look again at the next request.
    lookedAt = 0;
  }
}

/** The document of an address: `/v` is /v/index.html, `/c/CODE` is /c/index.html; undefined: not a page of ours. */
function documentOf(path: string): string | undefined {
  for (const folder of BUILD.folders) {
    const below = folder === "/" ? "/" : `${folder}/`;
    const open = OPEN_FOLDERS.includes(folder) && path.startsWith(below);
    if (open || [folder, below, `${below}index.html`].includes(path)) return `${below}index.html`;
  }
  return undefined;
}

async function fromBuild(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(PAGES);
  // An asset's name tells its content, so another build's is as good; a page still open there may ask for it.
  const held = (await cache.match(path, ANY)) ?? (isAsset(path) ? await caches.match(path, ANY) : undefined);
  if (held !== undefined) return held;
  const answer = await fetch(request);
  // Storage may be full: the answer counts all the same.
  if (!off && path in BUILD.later) await keepFile(cache, path, answer.clone()).catch(() => false);
  return answer;
}

/** Not a login page of whoever owns the network, and not an error of an hour. */
function isWorthKeeping(answer: Response): boolean {
  return answer.ok && !answer.redirected && !/^text\/html/.test(answer.headers.get("content-type") ?? "");
}

async function keepPublished(path: string, answer: Response): Promise<void> {
  const body = await answer.arrayBuffer();
  if (off) return;
  const cache = await caches.open(PUBLISHED);
  await cache.put(path, copyOf(body, answer));
  // Turned off meanwhile: nothing of ours stays.
  if (off) await forgetAll();
}

/** What the network says; what it said last when it fails, or is slow: its own dates say whether that still counts. */
async function orHeld(path: string, asked: Promise<Response>): Promise<Response> {
  const held = await caches.match(path, { ...ANY, cacheName: PUBLISHED });
  if (held === undefined) return asked;
  const late = new Promise<undefined>((done) => setTimeout(() => done(undefined), PATIENCE_MS));
  const answer = await Promise.race([asked.catch(() => undefined), late]);
  return answer === undefined || answer.status >= 500 || answer.status === 429 ? held : answer;
}

/** Ask the network, and keep what comes, also when it comes too late for whoever asked. */
function published(event: FetchLike, path: string): void {
  const asked = fetch(path, { cache: "no-cache", credentials: "omit", redirect: "error" });
  const kept = asked.then((answer) => (isWorthKeeping(answer) ? keepPublished(path, answer.clone()) : undefined));
  event.waitUntil(kept.catch(() => undefined));
  event.respondWith(orHeld(path, asked));
}

/** Keep what a page fetched before this worker was in charge: its first visit may be its last with a network. */
async function catchUp(paths: readonly string[]): Promise<void> {
  const pages = await caches.open(PAGES);
  for (const asked of paths) {
    const path = documentOf(asked) ?? asked;
    if (off || (await caches.match(path, ANY)) !== undefined) continue;
    if (path in BUILD.later) await have(pages, path).catch(() => undefined);
    if (!PUBLISHED_PATHS.test(path)) continue;
    const answer = await fetch(path, { cache: "no-cache", credentials: "omit" }).catch(() => undefined);
    if (answer !== undefined && isWorthKeeping(answer)) await keepPublished(path, answer);
  }
}

scope.addEventListener("install", (event) => event.waitUntil(install()));
scope.addEventListener("activate", (event) => event.waitUntil(activate()));
scope.addEventListener("message", (event) => {
  const { fetched, off: left } = (event.data ?? {}) as { fetched?: readonly string[]; off?: boolean };
  // Its page saw the switch first: this worker answers no more, and keeps nothing of what is still underway.
  if (left === true) off = true;
  else if (Array.isArray(fetched)) event.waitUntil(catchUp(fetched));
});
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (off || request.method !== "GET" || origin !== scope.location.origin) return;
  const path = request.mode === "navigate" ? documentOf(pathname) : pathname;
  if (path === undefined) return;
  if (path in BUILD.files || path in BUILD.later || isAsset(path)) event.respondWith(fromBuild(path, request));
  else if (PUBLISHED_PATHS.test(path)) published(event, path);
  else return;
  event.waitUntil(look());
});

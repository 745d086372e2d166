/** The service worker's place in a page: registered, asked for news at each start and each hour, left when it is off. */
import { scriptUrl } from "./trusted";

const HOUR_MS = 3_600_000;
const SWITCH = "/worker.json";

/** Whether the kill switch is on: then no worker may answer. Without a network nothing changes. */
async function isTurnedOff(): Promise<boolean> {
  try {
    const answer = await fetch(SWITCH, { cache: "no-store", credentials: "omit" });
    return answer.ok && ((await answer.json()) as { off?: unknown }).off === true;
  } catch {
    return false;
  }
}

/** Unregister what is there. A page that it delivered comes again, from the network. */
async function leave(): Promise<void> {
  for (const registration of await navigator.serviceWorker.getRegistrations()) {
    registration.active?.postMessage({ off: true });
    await registration.unregister();
  }
  for (const name of await caches.keys()) await caches.delete(name);
  if (navigator.serviceWorker.controller !== null) location.reload();
}

/**
 * Ask the worker to keep files that this page will need without a network: published ones, or parts of the build that are
 * only kept once they were used. It keeps what it knows and leaves the rest.
 */
export async function keepFiles(paths: readonly string[]): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ fetched: [...new Set(paths)] });
}

/** Hand the worker what this page fetched past it: its own document, and whatever was asked for before it took charge. */
function handOver(): void {
  void keepFiles([location.pathname]);
  const past = new PerformanceObserver((seen) => {
    const files = seen.getEntries() as PerformanceResourceTiming[];
    const paths = files.filter(({ workerStart }) => workerStart === 0).map(({ name }) => new URL(name));
    const ours = paths.filter(({ origin }) => origin === location.origin).map(({ pathname }) => pathname);
    if (ours.length > 0) void keepFiles(ours);
  });
  // Also what is still on its way now: an answer is only seen once it has come.
  past.observe({ type: "resource", buffered: true });
}

/**
 * Register the origin's service worker, for a part of the origin where one is named. Resolves to whether this browser has
 * one; in-app browsers often have not.
 */
export async function keepOffline(scope = "/"): Promise<boolean> {
  if (!("serviceWorker" in navigator)) return false;
  try {
    if (await isTurnedOff()) {
      await leave();
      return false;
    }
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      if (data === "turned-off") location.reload();
    });
    const asked = { scope, updateViaCache: "none" } as const;
    const registration = await navigator.serviceWorker.register(scriptUrl("/sw.js"), asked);
    const news = (): void => void registration.update().catch(() => undefined);
    setInterval(news, HOUR_MS);
    addEventListener("online", news);
    if (navigator.serviceWorker.controller === null) handOver();
    return true;
  } catch {
    // Denied (private window, blocked storage): the page works while it is open and from the HTTP cache.
    return false;
  }
}

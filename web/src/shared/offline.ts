/** The service worker's place in a page: registered, asked for news at each start and each hour. */
import { scriptUrl } from "./trusted";

const HOUR_MS = 3_600_000;

/** Register the origin's service worker. Resolves to whether this browser has one; in-app browsers often have not. */
export async function keepOffline(): Promise<boolean> {
  if (!("serviceWorker" in navigator)) return false;
  try {
    const registration = await navigator.serviceWorker.register(scriptUrl("/sw.js"), { updateViaCache: "none" });
    const news = (): void => void registration.update().catch(() => undefined);
    setInterval(news, HOUR_MS);
    addEventListener("online", news);
    return true;
  } catch {
    // Denied (private window, blocked storage): the page works while it is open and from the HTTP cache.
    return false;
  }
}

/** Keeps the screen lit while there is something to show a guard; browsers without a wake lock let it go dark. */
interface Lock {
  release(): Promise<void>;
}

interface WakeLock {
  request(kind: "screen"): Promise<Lock>;
}

let held: Promise<Lock | undefined> | undefined;

/** Light it, or let it go. Asked for again when the page comes back into sight, for the browser lets go by itself. */
export function keepLit(wanted: boolean): void {
  const { wakeLock } = navigator as { wakeLock?: WakeLock };
  if (wanted && document.visibilityState === "visible") held ??= wakeLock?.request("screen").catch(() => undefined);
  else if (held !== undefined) {
    void held.then((lock) => lock?.release()).catch(() => undefined);
    held = undefined;
  }
}

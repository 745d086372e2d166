/** Keeps the screen lit; browsers without a wake lock, or with a low battery, let it go dark. */
interface Lock {
  release(): Promise<void>;
}

interface WakeLock {
  request(kind: "screen"): Promise<Lock>;
}

/** Keep the screen lit until the returned function is called; a browser lets go by itself when the page is hidden. */
export function stayAwake(): () => void {
  const { wakeLock } = navigator as { wakeLock?: WakeLock };
  let wanted = true;
  let held: Lock | undefined;
  const letGo = (lock: Lock | undefined): void => void lock?.release().catch(() => undefined);
  const hold = (): void => {
    if (!wanted || document.visibilityState !== "visible") return;
    wakeLock?.request("screen").then(
      (lock) => {
        if (wanted) held = lock;
        else letGo(lock);
      },
      // Low battery or no permission: a touch keeps it lit.
      () => undefined,
    );
  };
  hold();
  document.addEventListener("visibilitychange", hold);
  return () => {
    wanted = false;
    document.removeEventListener("visibilitychange", hold);
    letGo(held);
  };
}

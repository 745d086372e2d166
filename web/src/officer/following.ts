/** Asking again and again while somebody looks: every few seconds, slower while nothing is answered, never in a hidden tab. */

const EVERY_MS = 5_000;
const LONGEST_MS = 60_000;

export class Follow {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pauseMs = EVERY_MS;
  private readonly seen = (): void => {
    if (document.visibilityState === "visible" && this.timer !== undefined) void this.ask();
  };

  /** `ask` tells whether it was answered; `wanted`, whether what is shown can still change. */
  constructor(
    private readonly askOnce: () => Promise<boolean>,
    private readonly wanted: () => boolean,
  ) {}

  start(): void {
    this.stop();
    document.addEventListener("visibilitychange", this.seen);
    this.wait();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    document.removeEventListener("visibilitychange", this.seen);
  }

  private wait(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), this.pauseMs);
  }

  private async ask(): Promise<void> {
    clearTimeout(this.timer);
    const turn = this.timer;
    if (document.visibilityState === "visible" && this.wanted()) {
      const answered = await this.askOnce();
      // With jitter: a whole city's consoles must not come back in the same second.
      this.pauseMs = answered ? EVERY_MS : Math.min(LONGEST_MS, this.pauseMs * (1.5 + Math.random()));
    }
    // Another view came meanwhile, or it was asked anew.
    if (this.timer === turn && turn !== undefined) this.wait();
  }
}

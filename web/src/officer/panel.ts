/** Parts of a view that are drawn again by themselves, so that what is typed elsewhere on the page stays. */
import { h } from "../shared/dom";
import { told } from "./faults";
import type { Voice } from "./words";

export type Nodes = readonly (Node | undefined)[];

export class Panel {
  readonly node: HTMLElement;

  constructor(
    private readonly content: () => Nodes,
    look = "card",
  ) {
    this.node = h("section", { class: look });
  }

  refresh(): HTMLElement {
    this.node.replaceChildren(...this.content().filter((node) => node !== undefined));
    return this.node;
  }
}

type State<T> = { readonly value?: T; readonly error?: unknown; readonly busy: boolean };

/** Something of the service's: on its way, here, or refused; asked again, it stays to be seen until the new one came. */
export class Loaded<T> {
  private state: State<T> = { busy: true };
  private turn = 0;

  constructor(
    private readonly voice: Voice,
    private readonly fetch: () => Promise<T>,
    private readonly changed: () => void,
    /** What its button to try again does; it asks again unless told. */
    private readonly again: () => void = () => void this.load(),
  ) {}

  get value(): T | undefined {
    return this.state.value;
  }

  get failed(): boolean {
    return this.state.error !== undefined;
  }

  /** Forget what is here and ask: it was another question. */
  restart(): Promise<void> {
    this.state = { busy: true };
    this.changed();
    return this.load();
  }

  load(): Promise<void> {
    return this.loadBy(this.fetch);
  }

  /** Ask, and tell whether it was answered. */
  async answered(): Promise<boolean> {
    await this.load();
    return !this.failed;
  }

  /** Ask in another way than at first: for what comes after. */
  async loadBy(fetch: () => Promise<T>): Promise<void> {
    const turn = ++this.turn;
    const { value } = this.state;
    let state: State<T>;
    try {
      state = { value: await fetch(), busy: false };
    } catch (error) {
      // Said where the thing would stand; `told` throws on what is no answer.
      told(this.voice, error);
      state = { ...(value === undefined ? {} : { value }), error, busy: false };
    }
    // An answer to an older question comes too late.
    if (turn !== this.turn) return;
    this.state = state;
    this.changed();
  }

  draw(then: (value: T) => Nodes): Nodes {
    const { value, error, busy } = this.state;
    const { voice } = this;
    if (busy) return [h("p", { class: "hint", role: "status" }, voice.say("loading"))];
    const nodes = value === undefined ? [] : then(value);
    if (error === undefined) return nodes;
    const again = h("button", { type: "button", class: "plain small" }, voice.say("tryAgain"));
    again.addEventListener("click", () => {
      again.disabled = true;
      this.again();
    });
    return [
      h("p", { class: "fault", role: "alert" }, told(voice, error)),
      h("p", { class: "actions" }, again),
      ...nodes,
    ];
  }
}

/** What an action did, and what to do next; it takes the focus, so that it is read out and seen. */
export class Outcome {
  readonly node = h("div", { class: "outcome", tabindex: "-1" });
  private said: (() => Nodes) | undefined;
  private bad = false;

  constructor(private readonly voice: Voice) {}

  done(said: () => Nodes): void {
    this.say(said, false);
  }

  /** How it went on; the focus is wherever the person is by now. */
  update(said: () => Nodes): void {
    this.said = said;
    this.bad = false;
    this.refresh();
  }

  fault(error: unknown): void {
    told(this.voice, error);
    this.say(() => [h("p", {}, told(this.voice, error))], true);
  }

  clear(): void {
    this.said = undefined;
    this.refresh();
  }

  refresh(): HTMLElement {
    const nodes = this.said?.() ?? [];
    this.node.hidden = nodes.length === 0;
    this.node.className = this.bad ? "outcome bad" : "outcome";
    this.node.setAttribute("role", this.bad ? "alert" : "status");
    this.node.replaceChildren(...nodes.filter((node) => node !== undefined));
    return this.node;
  }

  private say(said: () => Nodes, bad: boolean): void {
    this.said = said;
    this.bad = bad;
    this.refresh();
    this.node.focus();
    this.node.scrollIntoView({ block: "nearest" });
  }
}

/** A button that was disabled lost the focus: whoever said no goes on where they were. */
export function keepPlace(button: HTMLButtonElement): void {
  if (button.isConnected && (document.activeElement ?? document.body) === document.body) button.focus();
}

/** A button that works once at a time: a second click while it works does nothing, and what fails is said. */
export function actionButton(
  text: string,
  look: string,
  outcome: Outcome,
  work: () => Promise<void>,
): HTMLButtonElement {
  const button = h("button", { type: "button", class: look }, text);
  button.addEventListener("click", async () => {
    if (button.disabled) return;
    button.disabled = true;
    try {
      await work();
    } catch (error) {
      outcome.fault(error);
    } finally {
      button.disabled = false;
      keepPlace(button);
    }
  });
  return button;
}

export function link(at: string, text: string, look = ""): HTMLAnchorElement {
  return h("a", { href: `#${at}`, ...(look === "" ? {} : { class: look }) }, text);
}

/** Pairs of what and how much, as a list of terms. */
export function facts(pairs: readonly (readonly [string, string | Node])[]): HTMLElement {
  return h(
    "dl",
    { class: "facts" },
    ...pairs.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))),
  );
}

/** What a view is called once its thing has come; the heading stays the same node, for it may hold the focus. */
export function retitle({ node }: Panel, title: string, voice: Voice): void {
  const heading = document.querySelector("main h1");
  if (heading === null || !node.isConnected) return;
  heading.textContent = title;
  document.title = `${title} · ${voice.say("title")}`;
}

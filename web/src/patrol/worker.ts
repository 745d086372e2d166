/** What every view of the worker's page is handed, and the few parts that they share. */
import { faultText } from "../desk/faults";
import type { Console } from "../desk/shell";
import type { Config } from "../shared/config";
import { h } from "../shared/dom";
import { Book } from "./book";
import type { Note } from "./notes";
import { refusalText, type Voice } from "./words";

export class Worker {
  readonly opening: Promise<Book>;

  constructor(
    private readonly open: Console,
    readonly voice: Voice,
  ) {
    this.opening = Book.open(open.desk);
  }

  get desk(): Console["desk"] {
    return this.open.desk;
  }

  get config(): Config {
    return this.open.config;
  }

  /** The division code of the worker's community. */
  get area(): string {
    return this.open.desk.who.scope;
  }
}

/** A part of a view that is drawn again by itself. */
export class Part {
  readonly node: HTMLElement;

  constructor(
    private readonly content: () => readonly (Node | undefined)[],
    look = "stack",
  ) {
    this.node = h("section", { class: look });
  }

  refresh(): HTMLElement {
    this.node.replaceChildren(...this.content().filter((node) => node !== undefined));
    return this.node;
  }
}

/** A button that works once at a time; what goes wrong is said in `fault`. */
export function actButton(
  voice: Voice,
  text: string,
  look: string,
  fault: HTMLElement,
  act: () => Promise<void>,
): HTMLButtonElement {
  const button = h("button", { type: "button", class: look }, text);
  button.addEventListener("click", async () => {
    if (button.disabled) return;
    button.disabled = true;
    fault.textContent = "";
    try {
      await act();
    } catch (error) {
      fault.textContent = faultText(voice, error);
    } finally {
      button.disabled = false;
    }
  });
  return button;
}

/** What waits on this phone, and what was not accepted: on every view, for nothing is lost in silence. */
export class Waiting {
  readonly part = new Part(() => this.content());
  private book: Book | undefined;
  private readonly stop: Promise<() => void>;

  constructor(private readonly worker: Worker) {
    this.stop = worker.opening.then((book) => {
      this.book = book;
      this.part.refresh();
      return book.listen(() => void this.part.refresh());
    });
  }

  leave(): void {
    void this.stop.then((stop) => stop());
  }

  private content(): readonly (Node | undefined)[] {
    const { book } = this;
    const { voice } = this.worker;
    if (book === undefined) return [];
    const waiting = book.kept.filter(({ refused }) => refused === undefined);
    const refused = book.kept.filter((note) => note.refused !== undefined);
    return [
      book.lasting ? undefined : h("p", { class: "notice" }, voice.say("notKept")),
      waiting.length === 0 ? undefined : this.waits(book, waiting.length),
      ...refused.map((note) => this.refused(book, note)),
    ];
  }

  private waits(book: Book, n: number): Node {
    const { voice } = this.worker;
    const now = h("button", { type: "button", class: "plain small" }, voice.say("sendNow"));
    now.addEventListener("click", async () => {
      now.disabled = true;
      await book.send();
      now.disabled = false;
    });
    return h("div", { class: "waits", role: "status" }, h("p", {}, voice.say("waits", { n })), now);
  }

  private refused(book: Book, note: Note): Node {
    const { voice } = this.worker;
    const read = h("button", { type: "button", class: "plain small" }, voice.say("dropNote"));
    read.addEventListener("click", () => void book.drop(note));
    const why = refusalText(voice, note.refused ?? "");
    const text = note.body["note"] ? h("p", { class: "hint" }, note.body["note"]) : undefined;
    return h(
      "div",
      { class: "notice", role: "alert" },
      h("p", {}, voice.say("notAccepted", { about: note.about, why })),
      text,
      read,
    );
  }
}

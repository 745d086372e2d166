/** The worker's first view: the lists to walk, the newest first. */
import { faultText } from "../desk/faults";
import type { View } from "../desk/shell";
import { chinaInstant, instantOf } from "../shared/china";
import { h } from "../shared/dom";
import type { Head } from "./answers";
import { Part, Waiting, type Worker } from "./worker";

export class HomeView implements View {
  private readonly waiting: Waiting;
  private readonly part = new Part(() => this.content());
  private heads: readonly Head[] | undefined;
  private fresh = false;
  private error: unknown;

  constructor(private readonly worker: Worker) {
    this.waiting = new Waiting(worker);
    void this.load();
  }

  title(): string {
    return this.worker.voice.say("walksTitle");
  }

  leave(): void {
    this.waiting.leave();
  }

  draw(): readonly Node[] {
    return [this.waiting.part.refresh(), this.part.refresh()];
  }

  private async load(): Promise<void> {
    this.error = undefined;
    try {
      const book = await this.worker.opening;
      await book.lists((heads, fresh) => {
        [this.heads, this.fresh] = [heads, fresh];
        this.part.refresh();
      });
    } catch (error) {
      faultText(this.worker.voice, error);
      this.error = error;
      this.part.refresh();
    }
  }

  private content(): readonly (Node | undefined)[] {
    const { voice } = this.worker;
    const { heads, error } = this;
    const again = h("button", { type: "button", class: "plain small" }, voice.say("tryAgain"));
    again.addEventListener("click", () => void this.load());
    const fault =
      error === undefined
        ? []
        : [h("p", { class: "fault", role: "alert" }, faultText(voice, error)), h("p", { class: "actions" }, again)];
    if (heads === undefined)
      return error === undefined ? [h("p", { class: "hint", role: "status" }, voice.say("loading"))] : fault;
    if (heads.length === 0) return [...fault, h("p", { class: "card" }, voice.say("walksNone"))];
    const old =
      this.fresh || error !== undefined ? undefined : h("p", { class: "hint", role: "status" }, voice.say("loading"));
    const links = heads.map((head) => h("li", {}, this.head(head)));
    return [...fault, old, h("ul", { class: "walks" }, ...links)];
  }

  private head({ patrol, label, kind, items, made_at: made }: Head): Node {
    const { voice } = this.worker;
    return h(
      "a",
      { class: "walk", href: `#walk/${patrol}` },
      h("b", {}, label),
      h("span", {}, voice.say(`kind:${kind}`)),
      h(
        "span",
        { class: "hint" },
        `${voice.say("places", { n: items })} · ${chinaInstant(voice.language, instantOf(made))}`,
      ),
    );
  }
}

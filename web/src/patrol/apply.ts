/** Applying for a shopkeeper on the spot: the form of `me./apply`, sent under the worker's own sign-in. */
import { ApplyForm } from "../apply/form";
import { blank, type Draft, wordsOfPage } from "../apply/page";
import type { Facts } from "../apply/service";
import type { View } from "../desk/shell";
import { h } from "../shared/dom";
import { following } from "../shared/words";
import { Part, Waiting, type Worker } from "./worker";

interface Applied {
  readonly venue: string;
  readonly name: string;
  readonly state: string;
}

export class ApplyView implements View {
  private readonly waiting: Waiting;
  private readonly part = new Part(() => this.content());
  private draft: Draft;
  private applied: Applied | undefined;

  constructor(
    private readonly worker: Worker,
    private readonly patrol?: string,
    private readonly item?: string,
  ) {
    this.waiting = new Waiting(worker);
    this.draft = this.fresh();
    void this.fill();
  }

  title(): string {
    return this.worker.voice.say("applyTitle");
  }

  leave(): void {
    this.waiting.leave();
  }

  draw(): readonly (Node | undefined)[] {
    const { voice } = this.worker;
    const href = this.patrol === undefined ? undefined : `#walk/${this.patrol}`;
    const back = href === undefined ? undefined : h("p", {}, h("a", { href }, voice.say("backToWalk")));
    return [back, this.waiting.part.refresh(), this.part.refresh()];
  }

  private fresh(): Draft {
    const { area } = this.worker;
    return { ...blank(), area: /^\d{6,12}$/.test(area) ? area : "" };
  }

  /** What the list says of the place is not typed again. */
  private async fill(): Promise<void> {
    if (this.patrol === undefined) return;
    const kept = await (await this.worker.opening).keptPatrol(this.patrol);
    const one = kept?.items.find(({ item }) => item === this.item);
    if (one === undefined || this.draft.name !== "") return;
    Object.assign(this.draft, { name: one.name, address: one.address ?? "", area: one.area });
    this.part.refresh();
  }

  private content(): readonly (Node | undefined)[] {
    const { voice } = this.worker;
    if (this.applied !== undefined) return this.told(this.applied);
    const form = new ApplyForm(following(voice, ...wordsOfPage()), this.draft, "behalf", (facts, applicant) =>
      this.send(facts, { name: applicant?.contact_name ?? "", phone: applicant?.phone ?? "" }),
    );
    return [h("p", {}, voice.say("applySay")), form.node];
  }

  private async send(facts: Facts, contact: { readonly name: string; readonly phone: string }): Promise<void> {
    const body = { ...facts, contact };
    this.applied = await this.worker.desk.ask<Applied>("POST", "/venues", { body, patienceMs: 20_000 });
    this.draft = this.fresh();
    this.part.refresh();
    document.getElementById("applied")?.focus();
  }

  private told({ venue, name }: Applied): readonly Node[] {
    const { voice, config } = this.worker;
    const another = h("button", { type: "button", class: "plain wide" }, voice.say("applyAnother"));
    another.addEventListener("click", () => {
      this.applied = undefined;
      this.part.refresh();
    });
    return [
      h(
        "section",
        { class: "card stack" },
        h("h2", { id: "applied", tabindex: "-1" }, voice.say("applied", { name })),
        h("p", {}, voice.say("appliedNumber"), " ", h("b", { class: "short" }, venue)),
        h("p", {}, voice.say("appliedNext", { page: `${config.pages.me.replace(/^https?:\/\//, "")}/apply` })),
      ),
      another,
    ];
  }
}

/** One card, from the document in the clerk's hand. */
import { type DocumentType, numberFault } from "../me/identity";
import { Problem } from "../shared/api";
import { h } from "../shared/dom";
import { fileLink } from "../shared/saving";
import { Field } from "./fields";
import { type Nodes, Part, type Standing, TYPES } from "./parts";
import type { CardWord } from "./words";

interface Made {
  readonly spelled: string;
  readonly name: string;
  readonly replaced: boolean;
}

const LETTER = /\p{L}/u;

export class MakePart {
  readonly part: Part;
  private type = new Field("make-type", "docType", { value: "resident-id", choices: TYPES });
  private number = new Field("make-number", "docNumber", {}, { maxlength: "32", autocapitalize: "characters" });
  private name = new Field("make-name", "docName", {}, { maxlength: "64" });
  /** Made once for each card: a press that is repeated, and the print, are the same card. */
  private client = crypto.randomUUID();
  private done = false;

  constructor(
    private readonly standing: Standing,
    private readonly community: () => string | undefined,
  ) {
    this.part = new Part(standing, () => this.content());
  }

  private content(): Nodes {
    const { voice } = this.standing;
    const title = h("h2", {}, voice.say("makeTitle"));
    if (this.done) return [title];
    const fields = [this.type, this.number, this.name].map((field) => field.draw(voice));
    return [title, this.part.form(fields, "make", () => this.make(false))];
  }

  private begin(): void {
    this.done = false;
    this.number.value = this.name.value = "";
    this.client = crypto.randomUUID();
    this.part.say(undefined);
    this.number.focus();
  }

  private isRight(): boolean {
    const law = numberFault(this.type.value as DocumentType, this.number.value);
    const right = [
      this.number.judge(law && (`law:${law}` as CardWord)),
      this.name.judge(LETTER.test(this.name.value) ? undefined : "nameBad"),
    ];
    this.part.say(undefined);
    [this.number, this.name].find((_, place) => right[place] === false)?.focus();
    return right.every(Boolean);
  }

  private async make(confirmed: boolean): Promise<void> {
    const area = this.community();
    if (!this.isRight() || area === undefined) return;
    const body = {
      id_type: this.type.value,
      id_number: this.number.value.trim(),
      name: this.name.value.trim(),
      client: this.client,
      area,
      name_confirmed: confirmed,
    };
    this.part.say(this.part.text("making"), { over: false });
    try {
      const answer = await this.standing.desk.send("POST", "/cards", { body });
      const made = (await answer.json()) as Made;
      const printed = await this.standing.desk.send("POST", "/cards?format=pdf", { body });
      this.done = true;
      this.tell(made, answer.status === 201, await printed.blob());
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "name-differs") throw error;
      this.part.say(() => this.differs(), { bad: true });
    }
  }

  private differs(): Nodes {
    const { voice } = this.standing;
    return [
      h("p", {}, voice.say("differs")),
      h(
        "p",
        { class: "actions" },
        this.part.button("differsMake", "plain", () => this.make(true)),
      ),
    ];
  }

  private tell({ name, spelled, replaced }: Made, isNew: boolean, card: Blob): void {
    const { voice } = this.standing;
    this.part.say(() => [
      h("p", {}, h("b", {}, voice.say(isNew ? "made" : "madeAgain", { name }))),
      h("p", {}, voice.say("number"), " ", h("b", { class: "short" }, spelled)),
      replaced ? h("p", { class: "notice" }, voice.say("replaced")) : undefined,
      h(
        "p",
        { class: "actions" },
        fileLink("card.pdf", card, voice.say("saveCard")),
        this.part.button("another", "plain", () => this.begin()),
      ),
    ]);
  }
}

/** Ending a card that was lost or given back: by its number, or by the document of whom it was made for. */
import { type DocumentType, numberFault } from "../me/identity";
import { readCard } from "../scanner/codes";
import { Problem } from "../shared/api";
import { chinaInstant, instantOf } from "../shared/china";
import { h } from "../shared/dom";
import { Field } from "./fields";
import { type Nodes, Part, type Standing, TYPES } from "./parts";
import type { CardWord } from "./words";

const REFUSED: Readonly<Record<string, CardWord>> = { "no-card": "endNoCard", scope: "endScope" };

export class EndPart {
  readonly part: Part;
  private readonly by = new Field("end-by", "endBy", { value: "card", choices: { card: "endByCard", ...TYPES } });
  private readonly number = new Field("end-number", "endWhich", {}, { maxlength: "40", autocapitalize: "characters" });
  /** Sent again it ends no newer card. */
  private client = crypto.randomUUID();

  constructor(private readonly standing: Standing) {
    this.part = new Part(standing, () => this.content());
  }

  private content(): Nodes {
    const { voice } = this.standing;
    return [
      h("h2", {}, voice.say("endTitle")),
      h("p", {}, voice.say("endSay")),
      this.part.form([this.by.draw(voice), this.number.draw(voice)], "end", async () => this.ask()),
    ];
  }

  private fault(): CardWord | undefined {
    if (this.by.value === "card") return readCard(this.number.value) === undefined ? "cardBad" : undefined;
    const law = numberFault(this.by.value as DocumentType, this.number.value);
    return law && (`law:${law}` as CardWord);
  }

  private ask(): void {
    if (!this.number.judge(this.fault())) {
      this.part.say(undefined);
      this.number.focus();
      return;
    }
    this.part.say(() => [
      h("p", {}, this.standing.voice.say("endSure")),
      h(
        "p",
        { class: "actions" },
        this.part.button("endYes", "solid", () => this.end()),
        this.part.button("endNo", "plain", () => this.part.say(undefined)),
      ),
    ]);
  }

  private async end(): Promise<void> {
    const typed = this.number.value.trim();
    const which = this.by.value === "card" ? { card: typed } : { id_type: this.by.value, id_number: typed };
    const { desk, voice } = this.standing;
    try {
      const body = { ...which, client: this.client };
      const { ended_at: at } = await desk.ask<{ readonly ended_at: string }>("POST", "/cards/revocation", { body });
      this.number.value = "";
      this.client = crypto.randomUUID();
      this.part.say(() => [h("p", {}, voice.say("ended", { when: chinaInstant(voice.language, instantOf(at)) }))]);
    } catch (error) {
      const word = error instanceof Problem ? REFUSED[error.code] : undefined;
      if (word === undefined) throw error;
      this.part.say(this.part.text(word), { bad: true });
    }
  }
}

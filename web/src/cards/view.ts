/** Cards 登记卡 for people without a smartphone: made one by one or from a list, and ended; on two consoles the same. */
import type { Console, View } from "../desk/shell";
import { h } from "../shared/dom";
import { following, type Speaker } from "../shared/words";
import { EndPart } from "./end";
import { Field } from "./fields";
import { ListPart } from "./list";
import { MakePart } from "./make";
import type { Part, Standing } from "./parts";
import { CARD_WORDS, type Voice } from "./words";

const COMMUNITY = /^\d{12}$/;

/** The words of cards in the language of the page they stand on. */
export function cardsVoice(leader: Speaker<never>): Voice {
  return following(leader, CARD_WORDS.zh, CARD_WORDS.en);
}

export class CardsView implements View {
  private readonly standing: Standing;
  private readonly parts: readonly { readonly part: Part }[];
  private readonly area: Field;
  private readonly above = h("div", {});

  constructor(open: Console, voice: Speaker<never>) {
    this.standing = { desk: open.desk, voice: cardsVoice(voice) };
    const { scope } = open.desk.who;
    this.area = new Field(
      "community",
      "community",
      { value: COMMUNITY.test(scope) ? scope : "", hint: "communityHint" },
      { inputmode: "numeric", maxlength: "12" },
    );
    const community = (): string | undefined => this.community();
    this.parts = [
      new MakePart(this.standing, community),
      new ListPart(this.standing, community),
      new EndPart(this.standing),
    ];
  }

  title(): string {
    return this.standing.voice.say("cardsTitle");
  }

  draw(): readonly (Node | undefined)[] {
    const say = h("p", {}, this.standing.voice.say("cardsSay"));
    return [say, this.drawArea(), ...this.parts.map(({ part }) => part.refresh())];
  }

  /** Whoever works for one community is not asked which. */
  private drawArea(): HTMLElement | undefined {
    const { voice, desk } = this.standing;
    if (COMMUNITY.test(desk.who.scope)) return undefined;
    this.above.replaceChildren(this.area.draw(voice));
    return this.above;
  }

  private community(): string | undefined {
    const typed = this.area.value.trim();
    const right = COMMUNITY.test(typed) && typed.startsWith(this.standing.desk.who.scope);
    this.area.judge(right ? undefined : "communityBad");
    this.drawArea();
    if (right) return typed;
    this.area.focus();
    return undefined;
  }
}

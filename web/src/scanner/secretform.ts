/** Choosing the guard's own secret word and picture. */
import { h } from "../shared/dom";
import {
  chooseSecret,
  type Colour,
  COLOURS,
  type Kind,
  KINDS,
  nameOf,
  picture,
  readWord,
  type Secret,
} from "../shift/secret";
import { field } from "./page";
import { voice, type Word } from "./words";

function choices<T extends Kind | Colour>(
  name: string,
  word: Word,
  all: readonly T[],
  chosen: T,
  draw: (one: T) => Node,
  choose: (one: T) => void,
): HTMLElement {
  const options = all.map((one) => {
    const input = h("input", { type: "radio", name, value: one, id: `${name}-${one}` });
    input.checked = one === chosen;
    input.addEventListener("change", () => choose(one));
    const said = h("span", { class: "unseen" }, nameOf(one, voice.language));
    return h("label", { class: "choice", for: input.id }, input, draw(one), said);
  });
  return h("fieldset", { class: "choices" }, h("legend", {}, voice.say(word)), h("div", {}, ...options));
}

function randomOf<T>(all: readonly T[]): T {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return all[value % all.length] as T;
}

/** The part of a form that chooses it; `save` keeps it and says whether it could. */
export function secretFields(before: Secret | undefined): {
  readonly node: HTMLElement;
  save(): Promise<boolean>;
} {
  // Random at first: who changes nothing has not the same picture as everybody else.
  let kind: Kind = before?.kind ?? randomOf(KINDS);
  let colour: Colour = before?.colour ?? randomOf(COLOURS);
  const word = field("secret-word", "secretWord", undefined, { maxlength: "24" });
  word.input.value = before?.word ?? "";
  const kinds = h("div");
  const shown = h("div", { class: "secret-preview", "aria-hidden": "true" });
  const draw = (): void => {
    shown.replaceChildren(picture(kind, colour));
    kinds.replaceChildren(
      choices(
        "kind",
        "secretKind",
        KINDS,
        kind,
        (one) => picture(one, colour),
        (one) => {
          kind = one;
          shown.replaceChildren(picture(kind, colour));
        },
      ),
    );
  };
  draw();
  const colours = choices(
    "colour",
    "secretColour",
    COLOURS,
    colour,
    (one) => picture(kind, one),
    (one) => {
      colour = one;
      draw();
    },
  );
  const node = h(
    "section",
    { class: "card secret-form" },
    h("h2", {}, voice.say("secretTitle")),
    h("p", {}, voice.say("secretSay")),
    word.node,
    kinds,
    colours,
  );
  return {
    node,
    async save() {
      const good = readWord(word.input.value) !== undefined;
      word.fault(good ? undefined : "secretBad");
      if (good) await chooseSecret({ kind, colour, word: word.input.value });
      return good;
    },
  };
}

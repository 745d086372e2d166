/** A page of the desk without a session: the bar, one thing to say, one thing to do, the help line. */
import type { Config } from "../shared/config";
import { h } from "../shared/dom";
import { bar, foot } from "../shared/shell";
import { type Speaker, speaker } from "../shared/words";
import { DESK_WORDS, type DeskWord } from "./words";

export const voice: Speaker<DeskWord> = speaker(DESK_WORDS.zh, DESK_WORDS.en);

/** Draw it; `content` is called again when the language changes. */
export function drawPage(config: Config | undefined, title: DeskWord, content: () => readonly Node[]): void {
  const draw = (): void => {
    const shell = { voice, config, onLanguage: draw };
    const heading = h("h1", { tabindex: "-1" }, voice.say(title));
    document.title = `${voice.say(title)} · ${voice.say("title")}`;
    const below = [foot(shell)].filter((node) => node !== undefined);
    const main = h("main", { class: "narrow" }, heading, ...content());
    const [line, ...marks] = bar(shell);
    const about = h("section", { "aria-label": voice.say("about") }, ...marks);
    document.body.replaceChildren(line as Node, about, main, h("div", { class: "foot" }, ...below));
  };
  draw();
}

/** A link that looks like the one thing to do. */
export function onward(href: string, word: DeskWord): Node {
  return h("p", { class: "actions" }, h("a", { class: "solid", href }, voice.say(word)));
}

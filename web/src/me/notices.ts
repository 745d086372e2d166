/** What the district wrote to people who were where a case was: on the first screen, for nobody looks for it elsewhere. */
import { Offline, Problem } from "../shared/api";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { type App, when } from "./app";
import { type Notice, noticesOf } from "./service";
import type { Person } from "./wallet";

/** The first screen is drawn often; the service is asked now and then. */
const AGAIN_S = 300;

interface Known {
  readonly at: number;
  readonly notices: readonly Notice[];
}

const known = new Map<string, Known>();

async function ask(app: App, person: Person): Promise<readonly Notice[]> {
  const { pid } = person.member;
  const before = known.get(pid);
  if (before !== undefined && serverNow() - before.at < AGAIN_S) return before.notices;
  try {
    const notices = await noticesOf(app.wallet.household.session(person.member));
    known.set(pid, { at: serverNow(), notices });
    return notices;
  } catch (error) {
    // Without a network, or refused: what is known stays, and the rest of the screen says what is wrong.
    if (!(error instanceof Offline || error instanceof Problem)) throw error;
    return before?.notices ?? [];
  }
}

function card(app: App, one: Notice): Node {
  const { voice } = app;
  const [first, second] = voice.language === "zh" ? [one.text_zh, one.text_en] : [one.text_en, one.text_zh];
  return h(
    "section",
    { class: "notice", role: "status" },
    h("h2", {}, voice.say("noticeTitle")),
    h("p", {}, first),
    h("p", { class: "hint", lang: voice.language === "zh" ? "en" : "zh-CN" }, second),
    h("p", { class: "hint" }, when(voice, one.at)),
  );
}

/** The notices of a person, in the language chosen and the other. */
export function notices(app: App, person: Person): Node {
  const box = h("div", { class: "list" });
  const draw = (found: readonly Notice[]): void => {
    box.hidden = found.length === 0;
    box.replaceChildren(...found.map((one) => card(app, one)));
  };
  draw(known.get(person.member.pid)?.notices ?? []);
  void ask(app, person).then(draw);
  return box;
}

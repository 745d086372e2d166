/** The screen after an act: the receipt for the guard's eyes, and each person's answer for their own. */
import { chinaInstant, rfc3339 } from "../shared/china";
import { h, refill } from "../shared/dom";
import { LANG } from "../shared/words";
import { headOf, isHarmless, outcomeOf, shapeOf } from "./outcome";
import { latest, marksAt, type Receipt } from "./receipt";
import { type Kept, RENEWABLE_S } from "./rules";
import { aboutCause, called, type Facing } from "./state";

/** Nodes, and what to do each half second while they are shown. */
export interface Shown {
  readonly nodes: readonly (Node | undefined)[];
  tick(nowMs: number): void;
}

function when({ voice }: Facing, epochS: number): Node {
  const time = h("time", { datetime: rfc3339(epochS) }, chinaInstant(voice.language, epochS));
  return h("span", {}, time, " ", h("small", {}, voice.say("chinaTime")));
}

function act(facing: Facing, { venueName, direction, at }: Kept): Node[] {
  return [h("p", {}, venueName), h("p", {}, `${facing.voice.say(direction)} · `, when(facing, at))];
}

/** Venue, direction, instant and the masked names: what a guard compares with the people in front of them. */
function slip(facing: Facing, admitted: readonly Kept[], first: Kept): Node {
  const { members } = facing.state;
  const names = admitted.map(({ pid }) => members?.find((member) => member.pid === pid)?.name ?? "");
  const others = admitted.reduce((sum, { party = 1 }) => sum + party - 1, 0);
  if (others > 0) names.push(facing.voice.say("andOthers", { n: others }));
  return h("div", { class: "slip" }, h("p", { class: "names" }, names.join("、")), ...act(facing, first));
}

function running(facing: Facing, receipt: Receipt): { node: Node; tick: (nowMs: number) => boolean } {
  const { voice } = facing;
  const marks = h("p", { class: "marks", id: "marks", lang: LANG.zh });
  const left = h("p", { class: "hint", id: "left" });
  const node = h("div", {}, h("p", { class: "show" }, voice.say("showMarks")), marks, left);
  return {
    node,
    tick(nowMs) {
      const now = marksAt(receipt, nowMs);
      if (now === undefined) return false;
      if (marks.textContent !== now.marks) marks.textContent = now.marks;
      left.textContent = voice.say("changesIn", { s: now.leftS });
      return true;
    },
  };
}

function over({ voice, acts }: Facing, renewable: boolean): Node {
  const renew = h("button", { type: "button", class: "solid wide", id: "renew" }, voice.say("showAgain"));
  renew.addEventListener("click", () => {
    renew.disabled = true;
    acts.renew();
  });
  return h(
    "div",
    { class: "over" },
    h("p", { class: "show" }, voice.say("receiptOver")),
    h("p", {}, voice.say(renewable ? "overDo" : "overLong")),
    renewable ? renew : undefined,
  );
}

/** The receipt's card; undefined when nobody of this act has one. */
function receiptCard(facing: Facing): Shown | undefined {
  const { voice, state } = facing;
  const admitted = state.shown.filter(({ receipt }) => receipt !== undefined);
  const [first] = admitted;
  const receipt = latest(admitted.flatMap((visit) => visit.receipt ?? []));
  if (first === undefined || receipt === undefined) return undefined;
  const face = h("div", { role: "status" });
  const live = running(facing, receipt);
  const heading = h("h2", { class: "unseen" }, voice.say("receipt"));
  const note = h("p", { class: "hint" }, voice.say("notVerdict"));
  const card = h("section", { class: "receipt" }, heading, live.node, face, slip(facing, admitted, first), note);
  let stage: "running" | "over" | "past" = "running";
  return {
    nodes: [card],
    tick(nowMs) {
      const renewable = nowMs / 1000 - first.at < RENEWABLE_S - 5;
      const next = live.tick(nowMs) ? "running" : renewable ? "over" : "past";
      if (next === stage) return;
      stage = next;
      (live.node as HTMLElement).hidden = stage !== "running";
      refill(face, stage === "running" ? [] : [over(facing, renewable)]);
    },
  };
}

function explained({ voice, state }: Facing, visit: Kept): (Node | undefined)[] {
  if (visit.state === "waiting") {
    const out = state.signedOut.has(visit.pid);
    const note = state.unkept.has(visit.id) ? h("p", { class: "fault" }, voice.say("unkept")) : undefined;
    return [h("p", {}, voice.say(out ? "signedOut" : "waitNetwork")), note];
  }
  const [why, todo] = aboutCause(voice, visit.cause ?? "");
  const then = todo && h("p", {}, h("b", {}, `${voice.say("whatToDo")} `), todo);
  const old = visit.poster === undefined ? undefined : h("p", { class: "notice" }, voice.say("posterReplaced"));
  return [h("p", {}, h("b", {}, `${voice.say("why")} `), why), then || undefined, old];
}

/** One person's answer. With a receipt on the same screen a guard looks at it, so a refusal's cause stays folded. */
function answer(facing: Facing, visit: Kept, folded: boolean): Node {
  const { voice, state } = facing;
  const outcome = outcomeOf(visit);
  const why = explained(facing, visit);
  const isPlain = visit.state !== "answered" || isHarmless(visit) || !folded;
  const told = isPlain
    ? h("div", { class: "why" }, ...why)
    : h("details", { class: "why" }, h("summary", {}, voice.say("forYou")), ...why);
  const words = h("p", { class: "word" }, h("b", {}, called(state, visit.pid)), " ", voice.say(outcome));
  return h("li", { class: "answer", "data-outcome": outcome }, shapeOf(outcome), h("div", {}, words, told));
}

export function answersScreen(facing: Facing): Shown {
  const { voice, state, acts } = facing;
  const card = receiptCard(facing);
  const again = h("button", { type: "button", class: "plain wide", id: "again" }, voice.say("again"));
  again.addEventListener("click", () => acts.again());
  const list = state.shown.map((visit) => answer(facing, visit, card !== undefined));
  const [first] = state.shown;
  return {
    nodes: [
      h("h1", { id: "heading", tabindex: "-1" }, voice.say(headOf(state.shown))),
      card === undefined && first !== undefined ? h("div", { class: "place" }, ...act(facing, first)) : undefined,
      ...(card?.nodes ?? []),
      h("ul", { class: "answers" }, ...list),
      again,
    ],
    tick: (nowMs) => card?.tick(nowMs),
  };
}

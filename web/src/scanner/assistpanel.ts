/** The part of the verdict that is about somebody without a smartphone, and what other verdicts share with it. */
import { h } from "../shared/dom";
import { picture, pictureName, type Secret } from "../shift/secret";
import type { Duty } from "./duty";
import { button } from "./page";
import type { Beside } from "./panel";
import { uncheckedLine } from "./reasons";
import type { Shown, Standing } from "./standing";
import { voice } from "./words";

/** The guard's own sign: beside *admit*, and nowhere else. */
export function sign(secret: Secret): HTMLElement {
  const named = h("span", { class: "unseen" }, pictureName(secret, voice.language));
  return h("div", { class: "sign" }, picture(secret.kind, secret.colour), named, h("b", {}, secret.word));
}

/** The district's help line. */
export function call(phone: string): Node | undefined {
  if (phone === "") return undefined;
  const link = h("a", { class: "call", href: `tel:${phone.replace(/[^0-9+]/g, "")}` }, voice.say("call"), " ");
  link.append(h("b", {}, phone));
  return link;
}

/** Small and last: it is so at every person, and must be readable, not heard. */
export function uncheckedNote(standing: Standing): Node | undefined {
  const line = uncheckedLine(standing);
  return line === "" ? undefined : h("p", { class: "unchecked" }, line);
}

/** Nobody could be asked about this person: a tap notes which way they went. */
export function isUnchecked({ assisted, reason, mark, code }: Standing): boolean {
  if (assisted === undefined || assisted.answer !== undefined) return false;
  return reason === "Unchecked" || (mark === "unsure" && code === "fever");
}

/** Whose it is, as the register or the card has it, and whether that is the name on the document. */
function who({ answer }: Shown): HTMLElement | undefined {
  if (answer?.name === undefined || answer.name === "") return undefined;
  const compared = { true: "nameMatches", false: "nameConfirmed" } as const;
  const word = answer.name_matches === undefined ? "compareName" : compared[`${answer.name_matches}`];
  return h("div", { class: "person" }, h("p", { class: "name" }, answer.name), h("p", {}, voice.say(word)));
}

function recorded({ direction, tookMs }: Shown): HTMLElement {
  const took = voice.say("tookS", { s: (tookMs / 1000).toFixed(1) });
  const said = voice.say(direction === "in" ? "assistedIn" : "assistedOut");
  return h("p", { class: "note", id: "recorded" }, `${said} · ${took}`);
}

function comparing(duty: Duty, beside: Beside): (Node | undefined)[] {
  const fits = button("confirmName", "solid wide huge", () => void duty.confirmName());
  fits.id = "confirm-name";
  return [call(beside.phone), button("notPerson", "quiet", () => void duty.dismiss()), fits];
}

/** What is under the verdict on somebody without a smartphone; undefined where it is as with everybody. */
export function assistedActs(standing: Standing, duty: Duty, beside: Beside): (Node | undefined)[] | undefined {
  const { assisted, reason, mark } = standing;
  if (assisted === undefined || isUnchecked(standing)) return undefined;
  if (reason === "NameDiffers") return comparing(duty, beside);
  const next = button("nextPerson", "solid wide huge", () => void duty.dismiss());
  const answered = assisted.answer !== undefined;
  return [
    mark === "admit" ? beside.secret && sign(beside.secret) : undefined,
    who(assisted),
    answered ? recorded(assisted) : undefined,
    uncheckedNote(standing),
    mark === "admit" || mark === "unreadable" ? undefined : call(beside.phone),
    next,
  ];
}

/** The guard's page: reads what a camera opened, answers, and answers again when the fragment changes. */
import type { Language } from "./catalogue";
import { learn, say } from "./catalogue";
import { type Answer, check, type Loaded, unsure } from "./check";
import { type Config, loadConfig, loadExtract, NotLoaded, unlessMissing } from "./load";
import { bar, type Facing, facts, foot, headWord, LANG, markOf, panel, provenance, type State, spoken } from "./view";

/** An accepted verdict stands on the screen for so long, then it asks for a new scan; papers take longer to compare. */
const STANDS_S = { genuine: 60, identity: 180 } as const;
const LANGUAGE = "epipass.language";

let language: Language = firstLanguage();
let config: Config | undefined;
let state: State = { kind: "empty" };
let text = "";
/** Counts questions, so that a slow answer to an earlier one is never shown. */
let asked = 0;
let tick: (now: number) => void = () => {};

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function firstLanguage(): Language {
  try {
    const kept = localStorage.getItem(LANGUAGE);
    if (kept === "zh" || kept === "en") return kept;
  } catch {
    // Storage is denied; the browser's own language decides.
  }
  return /^zh\b/i.test(navigator.language) ? "zh" : "en";
}

function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no #${id} in the page`);
  return found;
}

const facing: Facing = {
  get language() {
    return language;
  },
  get specimen() {
    return config?.specimen ?? false;
  },
  get phone() {
    return config?.phone ?? "";
  },
  onIdentity() {
    if (state.kind === "answer") show({ ...state, identityChecked: true });
  },
  onAgain() {
    void ask(text);
  },
  onPaste(pasted) {
    if (pasted !== "") void ask(pasted);
  },
  async onLanguage() {
    const next = language === "zh" ? "en" : "zh";
    await learn(next);
    language = next;
    try {
      localStorage.setItem(LANGUAGE, language);
    } catch {
      // Storage is denied; the choice lasts as long as the page.
    }
    show(state);
    part("language").focus();
  },
};

function answerNodes(answer: Answer): Node[] {
  const kind = markOf(state);
  if (kind === "stale") return [];
  const [before, after] = provenance(answer, facing);
  if (answer.pass === undefined) return [...before, after];
  const shown = facts(answer.pass, kind === "genuine" || kind === "identity", facing, now());
  tick = shown.tick;
  return [...before, shown.node, after];
}

function show(next: State): void {
  const before = spoken(state, language);
  state = next;
  tick = () => {};
  document.documentElement.lang = LANG[language];
  document.title = `${say(language, headWord(state))} · ${say(language, "title")}`;
  document.body.dataset.mark = markOf(state);
  document.body.dataset.code = state.kind === "answer" ? state.answer.code : "";
  part("bar").replaceChildren(...bar(facing));
  part("view").replaceChildren(panel(state, facing), ...(state.kind === "answer" ? answerNodes(state.answer) : []));
  part("foot").replaceChildren(...foot(facing, state.kind === "empty"));
  const sentence = spoken(state, language);
  if (sentence !== before || next.kind !== "answer") part("announce").textContent = sentence;
}

async function load(): Promise<Loaded> {
  const [settings, extract] = await Promise.all([config ?? loadConfig(), loadExtract(now()).catch(unlessMissing)]);
  config = settings;
  return { config: settings, extract };
}

async function answerTo(question: string): Promise<Answer> {
  if (globalThis.crypto?.subtle === undefined) return unsure(now(), "whyBrowser", "sayBrowser");
  try {
    return await check(question, await load(), now());
  } catch (error) {
    if (error instanceof NotLoaded) return unsure(now(), "whyNoNetwork", "sayNoNetwork");
    throw error;
  }
}

async function ask(question: string): Promise<void> {
  const turn = ++asked;
  text = question;
  show({ kind: "checking" });
  const answer = await answerTo(question);
  if (turn !== asked) return;
  show({ kind: "answer", answer, identityChecked: false, stale: false });
  if (answer.tookMs !== undefined) document.body.dataset.ms = answer.tookMs.toFixed(1);
}

/** Judge the fragment; without one, say what to do, and learn whose page this is. */
async function start(): Promise<void> {
  if (location.hash.length > 1) return ask(location.hash);
  const turn = ++asked;
  show({ kind: "empty" });
  config ??= await loadConfig().catch(() => undefined);
  if (turn === asked) show({ kind: "empty" });
}

function everySecond(): void {
  const at = now();
  tick(at);
  if (state.kind !== "answer" || state.stale) return;
  const { verdict, at: since } = state.answer;
  if (verdict !== "genuine" && verdict !== "identity") return;
  // A clock set back while the page stands open must not make an answer young again.
  if (Math.abs(at - since) > STANDS_S[verdict]) show({ ...state, stale: true });
}

addEventListener("hashchange", () => void start());
// A page brought back by the browser's own cache would show an old answer as if it were new.
addEventListener("pageshow", (event) => {
  if (event.persisted) void start();
});
setInterval(everySecond, 1000);
void learn(language).then(start, start);

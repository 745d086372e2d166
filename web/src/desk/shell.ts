/** What frames every console: who is signed in and until when, the views, and signing in again without losing the screen. */
import { serverNow } from "../shared/clock";
import { chinaClock, chinaDay, chinaInstant } from "../shared/china";
import { type Config, loadConfig } from "../shared/config";
import { h } from "../shared/dom";
import { bar, foot } from "../shared/shell";
import type { Speaker } from "../shared/words";
import { faultText } from "./faults";
import { Desk } from "./service";
import { desks, forgetStaff, homeOf, keepStaff, keptStaff, type News, type Staff, tell } from "./staff";
import type { DeskWord } from "./words";

/** One view of a console; it stays while its address stays, and is drawn anew when the language changes. */
export interface View {
  /** The title, said in the language chosen now. */
  title(): string;
  /** The nodes below the title. What a view must keep over a change of language it keeps itself. */
  draw(): readonly (Node | undefined)[];
  /** Another view comes. */
  leave?(): void;
}

export interface Tab {
  /** The fragment without `#`. */
  readonly at: string;
  /** Views below it, by the first word of their fragments. */
  readonly below?: readonly string[];
  title(): string;
}

/** What a console is made of. */
export interface Plan {
  readonly voice: Speaker<DeskWord>;
  readonly roles: readonly string[];
  /** A line that says whose console it is: the unit's name, the area. */
  who?(open: Console): Promise<string>;
  tabs(open: Console): readonly Tab[];
  /** The view at a fragment (`people`, `job/J-1`); the empty one is the first. */
  view(open: Console, at: string): View;
}

export interface Console {
  readonly config: Config;
  readonly desk: Desk;
  readonly voice: Speaker<DeskWord>;
  /** Draw the view again: its title, its nodes. */
  redraw(): void;
  /** Go to a fragment. */
  go(at: string): void;
}

const SOON_S = 10 * 60;

/** Leave, everywhere in this browser. */
export function signOut(): void {
  forgetStaff();
  tell({ kind: "signed-out" });
  location.replace("/#signed-out");
}

class Frame implements Console {
  readonly desk: Desk;
  readonly voice: Speaker<DeskWord>;
  private readonly dialog: HTMLDialogElement;
  private readonly main = h("main", { id: "main" });
  private readonly top = h("div", { class: "top" });
  private readonly foot = h("div", { class: "foot" });
  private readonly until = h("span", { class: "until" });
  private name = "";
  private at = "";
  private view: View | undefined;
  private came: ((staff: Staff) => void) | undefined;

  constructor(
    readonly config: Config,
    private readonly plan: Plan,
    staff: Staff,
  ) {
    this.voice = plan.voice;
    this.desk = new Desk(staff, () => this.signInAgain());
    this.dialog = h("dialog", { class: "card again", "aria-labelledby": "again-title" });
    // Nothing behind it can be used until somebody signs in, so Escape must not close it.
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
  }

  open(): void {
    document.body.replaceChildren(this.top, this.main, this.foot, this.dialog);
    // `/unit` and `/unit#` are the same view: a press on its own tab must not take away what was chosen in it.
    addEventListener("hashchange", () => location.hash.slice(1) !== this.at && this.arrive(true));
    desks().addEventListener("message", ({ data }: MessageEvent<News>) => this.hear(data));
    setInterval(() => this.tick(), 5_000);
    this.arrive(false);
    void this.plan.who?.(this).then(
      (name) => {
        this.name = name;
        this.drawFrame();
      },
      () => undefined, // The bar then names the code alone; the views say what is wrong.
    );
  }

  redraw(): void {
    this.drawFrame();
    this.drawView();
  }

  go(at: string): void {
    if (location.hash.slice(1) === at) this.arrive(true);
    else location.hash = at;
  }

  private arrive(moved: boolean): void {
    this.view?.leave?.();
    this.at = location.hash.slice(1);
    this.view = this.plan.view(this, this.at);
    this.redraw();
    if (moved) this.main.querySelector("h1")?.focus();
  }

  private drawView(): void {
    if (this.view === undefined) return;
    const title = this.view.title();
    document.title = `${title} · ${this.voice.say("title")}`;
    const nodes = this.view.draw().filter((node) => node !== undefined);
    this.main.replaceChildren(h("h1", { tabindex: "-1" }, title), ...nodes);
  }

  private drawFrame(): void {
    const { voice, config, desk } = this;
    const leave = h("button", { type: "button", id: "sign-out" }, voice.say("signOut"));
    leave.addEventListener("click", signOut);
    const shell = { voice, config, onLanguage: () => this.redraw() };
    const skip = h("a", { class: "skip", href: "#main" }, voice.say("skip"));
    skip.addEventListener("click", (event) => {
      event.preventDefault();
      this.main.querySelector("h1")?.focus();
    });
    const [line, ...marks] = bar(shell, leave);
    const who = h("span", { class: "name" }, this.name === "" ? desk.who.scope : `${this.name} · ${desk.who.scope}`);
    const status = h("div", { class: "who" }, who, this.until);
    const under = h("section", { class: "under", "aria-label": voice.say("session") }, ...marks, status, this.tabs());
    this.top.replaceChildren(skip, line as Node, under);
    this.foot.replaceChildren(...[foot(shell)].filter((node) => node !== undefined));
    this.tick();
    if (this.dialog.open) this.drawDialog();
  }

  private tabs(): Node {
    const first = this.at.split("/")[0] ?? "";
    const tabs = this.plan.tabs(this);
    const own = tabs.find(({ at }) => at === this.at);
    const here = own ?? tabs.find(({ at, below = [] }) => at === first || below.includes(first));
    const links = tabs.map((tab) =>
      h("a", { href: `#${tab.at}`, ...(tab === here ? { "aria-current": "page" } : {}) }, tab.title()),
    );
    return h("nav", { "aria-label": this.voice.say("views") }, ...links);
  }

  private tick(): void {
    const { endsAt } = this.desk.who;
    const left = endsAt - serverNow();
    const today = chinaDay(endsAt) === chinaDay(serverNow());
    const time = today ? chinaClock(endsAt).slice(0, 5) : chinaInstant(this.voice.language, endsAt);
    const text = this.voice.say("signedInUntil", { time });
    const ask = left < SOON_S ? this.againLink("plain small") : undefined;
    const said = `${text}|${left < SOON_S}`;
    if (this.until.dataset["said"] !== said) {
      this.until.dataset["said"] = said;
      this.until.replaceChildren(text, ...(ask === undefined ? [] : [" ", ask]));
    }
    // Whoever comes to this desk after the session's end shall not read on.
    if (left <= 0 && !this.dialog.open) void this.signInAgain().then((staff) => this.desk.replace(staff));
  }

  private againLink(look: string): HTMLElement {
    // A tab of its own: what is on this screen stays. Its answer comes by the channel of our origin.
    return h("a", { class: look, href: "/?again", target: "_blank", rel: "noopener" }, this.voice.say("signInAgain"));
  }

  private signInAgain(): Promise<Staff> {
    this.drawDialog();
    if (!this.dialog.open) this.dialog.showModal();
    return new Promise((resolve) => {
      const before = this.came;
      this.came = (staff) => {
        before?.(staff);
        resolve(staff);
      };
    });
  }

  private drawDialog(): void {
    const { voice } = this;
    const leave = h("button", { type: "button", class: "plain" }, voice.say("signOut"));
    leave.addEventListener("click", signOut);
    this.dialog.replaceChildren(
      h("h2", { id: "again-title" }, voice.say("againTitle")),
      h("p", {}, voice.say("againSay")),
      h("div", { class: "actions" }, this.againLink("solid"), leave),
    );
  }

  private hear(news: News): void {
    if (news.kind === "signed-out") {
      forgetStaff();
      location.replace("/#signed-out");
      return;
    }
    const { role, scope } = this.desk.who;
    // Another account signed in elsewhere in this browser: it is none of this tab's, unless this tab waits for one.
    if (news.staff.role !== role || news.staff.scope !== scope) {
      if (this.came === undefined) return;
      keepStaff(news.staff);
      location.replace(homeOf(news.staff.role) ?? "/");
      return;
    }
    keepStaff(news.staff);
    this.desk.replace(news.staff);
    this.came?.(news.staff);
    this.came = undefined;
    this.dialog.close();
    this.drawFrame();
  }
}

/** Open a console for who is signed in; whoever is not, or has another console, is led there. */
export async function openConsole(plan: Plan): Promise<void> {
  const staff = keptStaff();
  const here = location.pathname.replace(/\/$/, "");
  if (staff === undefined) {
    location.replace(`/?then=${encodeURIComponent(here + location.hash)}`);
    return;
  }
  if (!plan.roles.includes(staff.role) || homeOf(staff.role) !== here) {
    location.replace(homeOf(staff.role) ?? "/");
    return;
  }
  try {
    new Frame(await loadConfig(), plan, staff).open();
  } catch (error) {
    const { voice } = plan;
    const again = h("button", { type: "button", class: "solid" }, voice.say("tryAgain"));
    again.addEventListener("click", () => location.reload());
    const said = h("p", { role: "alert" }, faultText(voice, error));
    document.body.replaceChildren(h("main", {}, h("h1", {}, voice.say("title")), said, again));
  }
}

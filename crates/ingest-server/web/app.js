// The page: signing in, which view is shown, and what is said where the server refuses.

import { Refused, pause, token, wait } from "./api.js";
import { countdown, el, fill } from "./dom.js";
import { showList } from "./list.js";
import { showMatch } from "./match.js";
import { counted, language, t } from "./texts.js";

const [main, alarm, connection, leave, skip] = ["main", "alert", "connection", "leave", "skip"].map((id) =>
  document.getElementById(id),
);
/** What is shown; `stop` ends everything that it waits for. */
let shown = { match: null, stop: new AbortController(), select: () => {} };

/** What a view may use of the page. */
const page = {
  main,
  /** Asks until there is an answer, and says meanwhile why there is none. */
  async persist(work, signal) {
    for (let failures = 0; ; failures += 1) {
      try {
        const answer = await work();
        fill(alarm);
        return answer;
      } catch (error) {
        if (signal.aborted) throw error;
        const refused = page.refuse(error);
        if (!refused.passes) throw refused;
        const ms = pause(failures, refused);
        say(refused, countdown(ms, (seconds) => counted("again", seconds)), nowButton());
        await wait(ms, signal);
      }
    }
  },
  /** Says why something was refused; without a token that is taken nothing more is shown. */
  refuse(error) {
    const refused = error instanceof Refused ? error : new Refused("broken", { detail: String(error) });
    if (refused.why === "token") {
      token.forget();
      signIn(t("why.token"));
    } else say(refused);
    return refused;
  },
  /** How the feed is doing: `live`, `connecting`, `waiting`, `off`. */
  connect(state, words) {
    connection.dataset.state = state;
    fill(connection, words);
  },
  go: (hash) => location.replace(hash),
  /** Shows nothing of what was shown, but why. */
  leave() {
    page.connect("off", "");
    document.title = "Ringside";
    fill(main, el("a", { href: "#/" }, t("back")));
  },
};

function say(refused, ...more) {
  // The server's own words, in its language, where ours do not say it all.
  const isSaid = refused.detail === "" || !["broken", "forbidden"].includes(refused.why);
  const detail = isSaid ? null : el("span", { class: "dim", lang: "en" }, ` ${refused.detail} `);
  fill(alarm, el("p", {}, el("strong", {}, t(`why.${refused.why}`)), detail, " ", ...more));
}

function nowButton() {
  const now = () => dispatchEvent(new Event("ringside-now"));
  return el("button", { type: "button", click: now }, t("again.now"));
}

/** Asks for the token, once in a tab. */
function signIn(problem = "") {
  begin(null);
  leave.hidden = true;
  const secret = { type: "password", autocomplete: "off", spellcheck: "false" };
  const input = el("input", { id: "token", ...secret, "aria-describedby": "hint wrong" });
  const wrong = el("p", { id: "wrong", class: "wrong", role: "alert" });
  const submit = (event) => {
    event.preventDefault();
    const value = input.value.trim();
    wrong.textContent = value === "" ? t("token.empty") : "";
    if (value === "") return input.focus();
    token.set(value);
    route();
  };
  const label = el("label", { for: "token" }, t("token.label"));
  const hint = el("p", { id: "hint", class: "dim small" }, t("token.hint"));
  const go = el("button", { class: "main" }, t("token.go"));
  fill(main, el("form", { class: "panel sign-in", submit }, el("h1", {}, t("token.title")), label, input, wrong, hint, go));
  // Said when it is there already, so that it is read out.
  wrong.textContent = problem;
  input.focus();
}

/** Ends what was shown. */
function begin(match) {
  shown.stop.abort();
  shown = { match, stop: new AbortController(), select: () => {} };
  fill(alarm);
  page.connect("off", "");
  document.title = "Ringside";
  return shown;
}

/** Shows what the address says: the matches, or one, or one and an occurrence of it. */
function route() {
  if (token.get() === null) return signIn();
  const [, kind, match, occurrence] = location.hash.split("/").map(read);
  if (kind === "match" && shown.match === match) return shown.select(occurrence);
  const view = begin(kind === "match" ? match : null);
  leave.hidden = false;
  const loading = el("p", { class: "dim" }, t("loading"));
  fill(main, loading);
  const { signal } = view.stop;
  const showing = kind === "match" ? showMatch(page, match, occurrence, signal, view) : showList(page, signal);
  // What was refused has been said, and what was left says nothing.
  showing.catch((error) => {
    if (signal.aborted) return;
    if (!(error instanceof Refused)) page.refuse(error);
    loading.replaceWith(el("a", { href: "#/" }, t("back")));
  });
}

function read(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

document.documentElement.lang = language;
skip.textContent = t("skip");
skip.addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
leave.textContent = t("token.leave");
leave.addEventListener("click", () => {
  token.forget();
  signIn();
});
addEventListener("hashchange", route);
route();

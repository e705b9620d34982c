// Every word of the page. A translation is one more table like these; `{name}` is
// filled in, and a text that counts has the two forms `.one` and `.other`.

const en = {
  language: "en",
  skip: "Skip to the content",
  "token.title": "Sign in with a reader's token",
  "token.label": "Token",
  "token.hint": "It stays in this tab and is gone when you close it. Make one with: ringside-ingest reader add --name NAME",
  "token.go": "Show the matches",
  "token.leave": "Sign out",
  "token.empty": "Paste a token first.",
  "why.token": "The server refused the token. It may be mistyped or revoked.",
  "why.forbidden": "This token may not see that.",
  "why.absent": "There is no such thing for this token, or not yet.",
  "why.busy": "The server has too much to do.",
  "why.anew": "The server makes its matches anew from its log and shows them when it is done.",
  "why.unreachable": "The server cannot be reached.",
  "why.broken": "The server did not answer as it should.",
  "again.one": "Trying again in {count} second.",
  "again.other": "Trying again in {count} seconds.",
  "again.now": "Try now",
  loading: "Loading…",
  matches: "Matches",
  "matches.none": "No match yet. What devices send appears here.",
  "matches.more": "Show more",
  "matches.new": "Look for new ones",
  "matches.all": "All matches are shown.",
  game: "Game", started: "Started", devices: "Devices", occurrences: "Occurrences", reports: "Reports",
  deduplication: "Deduplication", state: "State", late: "Late", overflow: "Beyond the bounds", revision: "Revision",
  final: "final", open: "open",
  "ratio.title": "Reports for each occurrence",
  "ratio.value": "{ratio} : 1",
  "totals.matches": "Matches shown",
  unknown: "unknown",
  back: "All matches",
  "keys.also": "Also known as {keys}",
  moved: "This match is part of another now; this is the other.",
  "feed.off": "not following", "feed.connecting": "connecting", "feed.live": "live", "feed.ended": "feed ended",
  "feed.waiting": "cut off, again in {count} s",
  picture: "Who saw what",
  "picture.hint": "One column for each occurrence, one row for each account and device. Arrow keys choose, Enter goes to the witnesses.",
  "picture.none": "Nothing has happened yet.",
  "picture.hidden": "All occurrences are hidden. Press a standing above to show those of it.",
  seen: "saw it", missing: "was there and did not report it",
  confirmed: "confirmed", supported: "supported", lone: "only one saw it", contradicted: "contradicted",
  "part.older": "Earlier", "part.newer": "Later", "part.of": "{from} to {to} of {all}",
  words: "Occurrences in words",
  time: "Time", round: "Round", what: "What happened", "seen.by": "Seen by", standing: "Standing", sure: "Sure",
  "seen.of": "{seen} of {expected}",
  witnesses: "Witnesses",
  "witnesses.none": "Choose an occurrence to see who saw it, and when by each one's clock.",
  account: "Account", device: "Device", "own.time": "Its time", difference: "Difference", event: "Event",
  "late.mark": "late", linked: "May belong together with", "no.time": "no time",
  "gone": "That occurrence is no more: it was retracted.",
  never: "There is no such occurrence in this match.",
  led: "The occurrence that was chosen is part of this one now.",
  sections: "Parts of this match",
  feed: "Live feed", "feed.none": "Nothing since this page was opened.",
  "change.created": "New: {what}", "change.witnessed": "Seen by one more: {what}", "change.merged": "Joined into: {what}",
  "change.split": "Split off: {what}", "change.retimed": "Corrected: {what}", "change.retracted": "Retracted: {what}",
  "change.sealed": "The match is final", "change.reopened": "The match is open again", "change.reset": "Read anew from the start",
  "changes.one": "{count} change in the feed", "changes.other": "{count} changes in the feed",
  clocks: "Clocks", "clocks.hint": "What has to be added to each device's clock, over the match.",
  "clocks.none": "No device has told its clock yet.",
  "clock.monotonic": "own clock", "clock.wall": "wall clock", "clock.match": "the match's clock",
  "clock.placed": "in step with the others", "clock.unplaced": "not yet compared with others",
  "splits.one": "stepped once", "splits.other": "stepped {count} times", "splits.none": "never stepped",
  residual: "others differ by {ms}",
  "reports.one": "{count} report", "reports.other": "{count} reports",
  players: "Players", kills: "Kills", deaths: "Deaths", assists: "Assists", objectives: "Objectives",
  "players.none": "No statistics yet.", provisional: "They may change until the match is final.",
  "player.all": "{account} in every match",
  "flag.outsider": "not among the players", "flag.second_account": "its device tells of another account too",
  "flag.second_device": "its account has another device", "flag.contradictory_roster": "lists other players than the others",
  "flag.inventions": "tells what others would have seen", "flag.no_vote": "its word does not count",
  "flag.clock_split": "clock stepped unannounced", "flag.clock_unlocked": "clock not placed", "flag.absurd_times": "times of other years",
  "flag.counter_contradicted": "counter contradicted by others' times", "flag.sequence_went_back": "numbers went back",
  "flag.overflow": "sent more than it may", "flag.replay": "replay",
  "odd.contradictory_roster": "devices name different players", "odd.inventions": "somebody tells what others would have seen",
  "odd.absurd_times": "times of other years", "odd.counter_contradicted": "a counter was contradicted by times",
  "odd.sequence_went_back": "numbers of a device went back", "odd.overflow": "more than a match may have",
  "odd.join_against_roster": "not joined: other players", "odd.join_refused": "not joined with one that fits",
  "odd.roster_overflow": "more players than there can be", "odd.several_ids": "goes by several ids",
  "odd.several_places": "several maps or modes", "odd.events_overflow": "too long to be compared whole",
  "odd.clocks_overflow": "too many clocks to compare",
  "detail.attacker_kind": "by", "detail.headshot": "headshot", "detail.inferred": "inferred",
  "detail.joined_late": "joined late", "detail.kill_streak": "kill streak", "detail.map": "map", "detail.mode": "mode",
  "detail.name": "the game's word", "detail.objective": "objective", "detail.phase": "phase", "detail.reason": "reason",
  "detail.roster": "roster", "detail.rounds": "rounds", "detail.score": "score", "detail.started": "started",
  "detail.team": "team", "detail.weapon": "weapon", "detail.winner": "winner",
  "quality.good": "good time", "quality.low": "rough time",
  somebody: "somebody",
  // Nobody named, who did it, to whom it was done, both.
  events: {
    match_started: ["Match started"], match_ended: ["Match ended"], round_started: ["Round started"], round_ended: ["Round ended"],
    kill: ["A kill", "{by} got a kill", "{of} was killed", "{by} killed {of}"],
    death: ["A death", "A death", "{of} died"],
    knock: ["A knock", "{by} knocked somebody down", "{of} was knocked down", "{by} knocked {of} down"],
    revive: ["A revive", "{by} revived somebody", "{of} was revived", "{by} revived {of}"],
    first_blood: ["First blood", "{by} drew first blood"], multi_kill: ["A multi-kill", "{by} got a multi-kill"], ace: ["An ace", "{by} got an ace"],
    objective_taken: ["An objective was taken", "{by} took an objective", "{of} was taken", "{by} took {of}"],
    structure_destroyed: ["A structure fell", "{by} destroyed a structure", "{of} fell", "{by} destroyed {of}"],
    bomb_planted: ["Bomb planted", "{by} planted the bomb"], bomb_defused: ["Bomb defused", "{by} defused the bomb"], bomb_exploded: ["Bomb exploded"],
    goal: ["A goal", "{by} scored"], shot: ["A shot", "{by} shot at goal"], save: ["A save", "{by} made a save"],
    demolition: ["A demolition", "{by} demolished somebody", "{of} was demolished", "{by} demolished {of}"],
    other: ["Something else: {kind}"],
  },
};

const de = {
  language: "de",
  skip: "Zum Inhalt springen",
  "token.title": "Mit dem Token eines Lesers anmelden",
  "token.label": "Token",
  "token.hint": "Es bleibt in diesem Tab und ist weg, wenn du ihn schließt. Neu anlegen: ringside-ingest reader add --name NAME",
  "token.go": "Matches zeigen",
  "token.leave": "Abmelden",
  "token.empty": "Füge zuerst ein Token ein.",
  "why.token": "Der Server hat das Token abgelehnt. Es ist vertippt oder wurde widerrufen.",
  "why.forbidden": "Dieses Token darf das nicht sehen.",
  "why.absent": "Das gibt es für dieses Token nicht, oder noch nicht.",
  "why.busy": "Der Server hat zu viel zu tun.",
  "why.anew": "Der Server legt seine Matches aus seinem Log neu an und zeigt sie, wenn er fertig ist.",
  "why.unreachable": "Der Server ist nicht zu erreichen.",
  "why.broken": "Der Server hat nicht geantwortet, wie er sollte.",
  "again.one": "Neuer Versuch in {count} Sekunde.",
  "again.other": "Neuer Versuch in {count} Sekunden.",
  "again.now": "Jetzt versuchen",
  loading: "Lädt…",
  matches: "Matches",
  "matches.none": "Noch kein Match. Was Geräte senden, erscheint hier.",
  "matches.more": "Mehr zeigen",
  "matches.new": "Nach neuen sehen",
  "matches.all": "Alle Matches sind gezeigt.",
  game: "Spiel", started: "Beginn", devices: "Geräte", occurrences: "Vorkommnisse", reports: "Meldungen",
  deduplication: "Deduplizierung", state: "Stand", late: "Verspätet", overflow: "Über den Grenzen", revision: "Revision",
  final: "endgültig", open: "offen",
  "ratio.title": "Meldungen je Vorkommnis",
  "ratio.value": "{ratio} : 1",
  "totals.matches": "Gezeigte Matches",
  unknown: "unbekannt",
  back: "Alle Matches",
  "keys.also": "Auch bekannt als {keys}",
  moved: "Dieses Match gehört nun zu einem anderen; hier ist das andere.",
  "feed.off": "folgt nicht", "feed.connecting": "verbindet", "feed.live": "live", "feed.ended": "Feed beendet",
  "feed.waiting": "getrennt, wieder in {count} s",
  picture: "Wer was gesehen hat",
  "picture.hint": "Eine Spalte je Vorkommnis, eine Zeile je Konto und Gerät. Pfeiltasten wählen, Enter führt zu den Zeugen.",
  "picture.none": "Noch ist nichts geschehen.",
  "picture.hidden": "Alle Vorkommnisse sind ausgeblendet. Drücke oben auf einen Stand, um seine zu zeigen.",
  seen: "hat es gesehen", missing: "war da und hat es nicht gemeldet",
  confirmed: "bestätigt", supported: "gestützt", lone: "nur einer hat es gesehen", contradicted: "widersprochen",
  "part.older": "Früher", "part.newer": "Später", "part.of": "{from} bis {to} von {all}",
  words: "Vorkommnisse in Worten",
  time: "Zeit", round: "Runde", what: "Was geschah", "seen.by": "Gesehen von", standing: "Stand", sure: "Sicher",
  "seen.of": "{seen} von {expected}",
  witnesses: "Zeugen",
  "witnesses.none": "Wähle ein Vorkommnis, um zu sehen, wer es gesehen hat und wann nach der eigenen Uhr.",
  account: "Konto", device: "Gerät", "own.time": "Seine Zeit", difference: "Abstand", event: "Ereignis",
  "late.mark": "verspätet", linked: "Gehört vielleicht zu", "no.time": "keine Zeit",
  "gone": "Dieses Vorkommnis gibt es nicht mehr: Es wurde zurückgezogen.",
  never: "Dieses Vorkommnis gibt es in diesem Match nicht.",
  led: "Das gewählte Vorkommnis ist in diesem aufgegangen.",
  sections: "Teile dieses Matches",
  feed: "Live-Feed", "feed.none": "Nichts, seit diese Seite offen ist.",
  "change.created": "Neu: {what}", "change.witnessed": "Einer mehr hat es gesehen: {what}", "change.merged": "Aufgegangen in: {what}",
  "change.split": "Abgetrennt: {what}", "change.retimed": "Berichtigt: {what}", "change.retracted": "Zurückgezogen: {what}",
  "change.sealed": "Das Match ist endgültig", "change.reopened": "Das Match ist wieder offen", "change.reset": "Von vorn gelesen",
  "changes.one": "{count} Änderung im Feed", "changes.other": "{count} Änderungen im Feed",
  clocks: "Uhren", "clocks.hint": "Was zur Uhr jedes Geräts hinzukommt, über das Match hin.",
  "clocks.none": "Noch hat kein Gerät seine Uhr genannt.",
  "clock.monotonic": "eigene Uhr", "clock.wall": "Wanduhr", "clock.match": "Uhr des Matches",
  "clock.placed": "im Takt mit den anderen", "clock.unplaced": "noch nicht mit anderen verglichen",
  "splits.one": "einmal gesprungen", "splits.other": "{count}-mal gesprungen", "splits.none": "nie gesprungen",
  residual: "andere weichen um {ms} ab",
  "reports.one": "{count} Meldung", "reports.other": "{count} Meldungen",
  players: "Spieler", kills: "Kills", deaths: "Tode", assists: "Assists", objectives: "Ziele",
  "players.none": "Noch keine Statistik.", provisional: "Sie kann sich ändern, bis das Match endgültig ist.",
  "player.all": "{account} in allen Matches",
  "flag.outsider": "keiner der Spieler", "flag.second_account": "sein Gerät meldet auch für ein anderes Konto",
  "flag.second_device": "sein Konto hat noch ein Gerät", "flag.contradictory_roster": "nennt andere Spieler als die anderen",
  "flag.inventions": "meldet, was andere gesehen hätten", "flag.no_vote": "sein Wort zählt nicht",
  "flag.clock_split": "Uhr sprang unangekündigt", "flag.clock_unlocked": "Uhr nicht eingeordnet", "flag.absurd_times": "Zeiten anderer Jahre",
  "flag.counter_contradicted": "Zähler von den Zeiten anderer widerlegt", "flag.sequence_went_back": "Nummern gingen zurück",
  "flag.overflow": "sandte mehr, als es darf", "flag.replay": "Wiedergabe",
  "odd.contradictory_roster": "Geräte nennen verschiedene Spieler", "odd.inventions": "jemand meldet, was andere gesehen hätten",
  "odd.absurd_times": "Zeiten anderer Jahre", "odd.counter_contradicted": "ein Zähler wurde von Zeiten widerlegt",
  "odd.sequence_went_back": "Nummern eines Geräts gingen zurück", "odd.overflow": "mehr, als ein Match haben darf",
  "odd.join_against_roster": "nicht vereint: andere Spieler", "odd.join_refused": "mit einem passenden nicht vereint",
  "odd.roster_overflow": "mehr Spieler, als es geben kann", "odd.several_ids": "läuft unter mehreren Kennungen",
  "odd.several_places": "mehrere Karten oder Modi", "odd.events_overflow": "zu lang, um ganz verglichen zu werden",
  "odd.clocks_overflow": "zu viele Uhren zum Vergleichen",
  "detail.attacker_kind": "durch", "detail.headshot": "Kopftreffer", "detail.inferred": "erschlossen",
  "detail.joined_late": "kam später dazu", "detail.kill_streak": "Kills in Folge", "detail.map": "Karte",
  "detail.mode": "Modus", "detail.name": "Wort des Spiels", "detail.objective": "Ziel", "detail.phase": "Phase",
  "detail.reason": "Grund", "detail.roster": "Spielerliste", "detail.rounds": "Runden", "detail.score": "Punktestand",
  "detail.started": "Beginn", "detail.team": "Team", "detail.weapon": "Waffe", "detail.winner": "Gewinner",
  "quality.good": "gute Zeit", "quality.low": "grobe Zeit",
  somebody: "jemand",
  events: {
    match_started: ["Match begonnen"], match_ended: ["Match beendet"], round_started: ["Runde begonnen"], round_ended: ["Runde beendet"],
    kill: ["Ein Kill", "{by} hat einen Kill erzielt", "{of} wurde getötet", "{by} hat {of} getötet"],
    death: ["Ein Tod", "Ein Tod", "{of} ist gestorben"],
    knock: ["Ein Knock-down", "{by} hat jemanden niedergestreckt", "{of} wurde niedergestreckt", "{by} hat {of} niedergestreckt"],
    revive: ["Eine Wiederbelebung", "{by} hat jemanden wiederbelebt", "{of} wurde wiederbelebt", "{by} hat {of} wiederbelebt"],
    first_blood: ["Erstes Blut", "{by} hat das erste Blut vergossen"], multi_kill: ["Ein Mehrfach-Kill", "{by} hat einen Mehrfach-Kill erzielt"], ace: ["Ein Ass", "{by} hat ein Ass"],
    objective_taken: ["Ein Ziel wurde eingenommen", "{by} hat ein Ziel eingenommen", "{of} wurde eingenommen", "{by} hat {of} eingenommen"],
    structure_destroyed: ["Ein Gebäude ist gefallen", "{by} hat ein Gebäude zerstört", "{of} ist gefallen", "{by} hat {of} zerstört"],
    bomb_planted: ["Bombe gelegt", "{by} hat die Bombe gelegt"], bomb_defused: ["Bombe entschärft", "{by} hat die Bombe entschärft"], bomb_exploded: ["Bombe explodiert"],
    goal: ["Ein Tor", "{by} hat getroffen"], shot: ["Ein Schuss", "{by} hat aufs Tor geschossen"], save: ["Eine Parade", "{by} hat pariert"],
    demolition: ["Ein Abschuss", "{by} hat jemanden zerlegt", "{of} wurde zerlegt", "{by} hat {of} zerlegt"],
    other: ["Etwas anderes: {kind}"],
  },
};

const games = {
  league: "League of Legends", cs2: "Counter-Strike 2", dota2: "Dota 2", "rocket-league": "Rocket League",
  valorant: "VALORANT", apex: "Apex Legends", elite: "Elite Dangerous", hearthstone: "Hearthstone",
};

const wanted = navigator.languages.map((language) => language.toLowerCase().split("-")[0]);
/** Every table, for whoever wants to know whether one lacks a word. */
export const tables = { en, de };
const texts = tables[wanted.find((language) => language === "en" || language === "de")] ?? en;

export const { language } = texts;
const number = new Intl.NumberFormat(language);
const plural = new Intl.PluralRules(language);
const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);

const filled = (template, values) =>
  template.replace(/\{(\w+)\}/g, (hole, name) => own(values, name) ?? hole);

/** A text. */
export const t = (name, values = {}) => filled(own(texts, name) ?? name, values);

/** A text that counts. */
export const counted = (name, count) =>
  t(`${name}.${plural.select(count) === "one" ? "one" : "other"}`, { count: number.format(count) });

/** A word of the server's from a family of texts; one that is not known stands as it came. */
export const word = (family, value) => own(texts, `${family}.${value}`) ?? String(value).replaceAll("_", " ");

export const gameName = (game) => own(games, game) ?? game;
export const count = (value) => number.format(value);

/**
 * A name in a text, set apart so that one that is written from right to left turns nothing
 * else around; what it has of the signs that do so, one of which would end that, is left out.
 */
export const apart = (name) =>
  name == null ? "" : `\u2068${String(name).replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")}\u2069`;

/** What happened, in words. */
export function sentence({ kind, actors, details }) {
  // An empty name is nobody's.
  const { attacker: by, victim: of } = { attacker: actors?.attacker || null, victim: actors?.victim || null };
  const forms = own(texts.events, kind) ?? texts.events.other;
  const form = (by != null && of != null && forms[3]) || (by != null && forms[1]) || (of != null && forms[2]) || forms[0];
  const name = kind === "other" && typeof details?.name === "string" ? details.name : kind;
  return filled(form, { by: apart(by), of: apart(of), kind: apart(name) });
}

const day = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const second = new Intl.DateTimeFormat(language, clock);
const fine = new Intl.DateTimeFormat(language, { ...clock, fractionalSecondDigits: 3 });
const date = new Intl.DateTimeFormat(language, { year: "numeric", month: "2-digit", day: "2-digit" });
const at = (format, time) => {
  const date = new Date(time ?? NaN);
  return Number.isNaN(date.getTime()) ? t("unknown") : format.format(date);
};

export const dayAndTime = (time) => at(day, time);
export const timeOfDay = (time) => at(second, time);

/** Further from where a match began than any lasts: only a clock that is wrong says so. */
const FAR_MS = 24 * 3_600_000;
const isFar = (time, start) => Math.abs(Date.parse(time) - Date.parse(start)) > FAR_MS;

/** The day alone, where it is not that of a match which began at `start`. */
export const shortDay = (time, start) => (isFar(time, start) ? at(date, time) : null);
const near = (format, time, start) => [shortDay(time, start), at(format, time)].filter(Boolean).join(", ");
export const timeNear = (time, start) => near(second, time, start);
export const exactTime = (time, start) => near(fine, time, start);

/** The game's own clock: `5:01`, and `-0:45` before it starts. */
export function matchClock(ms) {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  return `${ms <= -1000 ? "−" : ""}${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const hundredth = new Intl.NumberFormat(language, { style: "percent" });
const two = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const signed = new Intl.NumberFormat(language, { signDisplay: "exceptZero" });

/** A difference in milliseconds, with its sign. */
export const difference = (ms) => `${signed.format(Math.round(ms)).replace("-", "−")} ms`;
/** Rounded down: nothing is ever quite sure, and no share of 999 in 1,000 may say that it is. */
export const percent = (share) => hundredth.format(Math.floor(share * 100 + 1e-6) / 100);
export const ratio = (value) => (value === null ? "–" : t("ratio.value", { ratio: two.format(value) }));

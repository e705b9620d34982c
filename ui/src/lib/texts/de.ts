import type { Texts } from "../texts";

export const de: Texts = {
  language: "de",
  app: "Ringside",

  feed: {
    title: "Live-Feed",
    empty: "Noch nichts",
    emptyHint: "Starte ein Match. Was dein Spiel darüber meldet, erscheint hier, Neues zuoberst.",
    round: "Runde {round}",
    notSaved: "nicht gespeichert",
    match: { one: "{count} Ereignis", other: "{count} Ereignisse" },
  },

  overlay: {
    title: "Ringside-Overlay",
    round: "Runde {round}",
    tally: "{kills} Kills, {deaths} Tode, {assists} Assists",
    score: "{own} zu {other}",
  },

  upload: {
    title: "Upload-Warteschlange",
    counts: {
      pending: "wartend",
      in_flight: "in Sendung",
      settled: "gesendet",
      quarantined: "abgelehnt",
    },
    troubles: {
      not_saved: {
        one: "{count} Ereignis ist noch nicht gespeichert: Die Platte nimmt es nicht an",
        other: "{count} Ereignisse sind noch nicht gespeichert: Die Platte nimmt sie nicht an",
      },
      pruned: {
        one: "{count} Ereignis aufgegeben: Die Warteschlange war voll",
        other: "{count} Ereignisse aufgegeben: Die Warteschlange war voll",
      },
      lost: {
        one: "{count} Ereignis verloren: Es konnte nicht gespeichert werden",
        other: "{count} Ereignisse verloren: Sie konnten nicht gespeichert werden",
      },
    },
    oldest: "Wartet längstens seit",
    next: "Nächster Versuch in",
    server: "Server",
    noServer: "keiner: Ereignisse bleiben auf diesem PC",
  },

  state: {
    starting: "startet",
    failed: "nichts wird aufgezeichnet",
    not_saved: "nicht gespeichert: {count} im Speicher",
    local: "bleibt auf diesem PC",
    paused: "angehalten: {reason}",
    sending: "sendet {count}",
    waiting: "{count} wartend",
    sent: "gesendet · nichts wartet",
  },

  sources: {
    title: "Spiele",
    none: "Noch wird kein Spiel gelesen.",
    events: { one: "{count} Ereignis", other: "{count} Ereignisse" },
    frames: { one: "{count} Ablesung", other: "{count} Ablesungen" },
    unreadable: { one: "{count} nicht lesbar", other: "{count} nicht lesbar" },
    refused: {
      one: "{count} Sendung abgewiesen",
      other: "{count} Sendungen abgewiesen",
    },
    drift: {
      one: "{count} Name, den das Spiel bisher nicht verwendete",
      other: "{count} Namen, die das Spiel bisher nicht verwendete",
    },
    names: {
      league: "League of Legends",
      cs2: "Counter-Strike 2",
      dota2: "Dota 2",
      "rocket-league": "Rocket League",
      overwolf: "Overwolf",
      elite: "Elite Dangerous",
      hearthstone: "Hearthstone",
    },
  },

  failed: {
    title: "Es wird nichts aufgezeichnet",
    settings:
      "Die Einstellungen sind nicht lesbar: Spiele werden aufgezeichnet, gesendet wird nichts",
    unreachable:
      "Das Fenster erreicht den Rest von Ringside nicht. Schließe es und starte Ringside neu.",
  },

  events: {
    match_started: { nobody: "Match begonnen" },
    match_ended: { nobody: "Match beendet" },
    round_started: { nobody: "Runde begonnen" },
    round_ended: { nobody: "Runde beendet" },
    kill: {
      nobody: "Ein Kill",
      by: "{attacker} hat einen Kill erzielt",
      byYou: "*Du* hast einen Kill erzielt",
      of: "{victim} wurde getötet",
      ofYou: "*Du* wurdest getötet",
      byOf: "{attacker} hat {victim} getötet",
      byYouOf: "*Du* hast {victim} getötet",
      byOfYou: "{attacker} hat *dich* getötet",
    },
    death: { nobody: "Ein Tod", of: "{victim} ist gestorben", ofYou: "*Du* bist gestorben" },
    knock: {
      nobody: "Ein Knock-down",
      by: "{attacker} hat jemanden niedergestreckt",
      byYou: "*Du* hast jemanden niedergestreckt",
      of: "{victim} wurde niedergestreckt",
      ofYou: "*Du* wurdest niedergestreckt",
      byOf: "{attacker} hat {victim} niedergestreckt",
      byYouOf: "*Du* hast {victim} niedergestreckt",
      byOfYou: "{attacker} hat *dich* niedergestreckt",
    },
    revive: {
      nobody: "Eine Wiederbelebung",
      by: "{attacker} hat jemanden wiederbelebt",
      byYou: "*Du* hast jemanden wiederbelebt",
      of: "{victim} wurde wiederbelebt",
      ofYou: "*Du* wurdest wiederbelebt",
      byOf: "{attacker} hat {victim} wiederbelebt",
      byYouOf: "*Du* hast {victim} wiederbelebt",
      byOfYou: "{attacker} hat *dich* wiederbelebt",
    },
    first_blood: {
      nobody: "Erstes Blut",
      by: "{attacker} hat das erste Blut vergossen",
      byYou: "*Du* hast das erste Blut vergossen",
    },
    multi_kill: {
      nobody: "Ein Mehrfach-Kill",
      by: "{attacker} hat einen Mehrfach-Kill erzielt",
      byYou: "*Du* hast einen Mehrfach-Kill erzielt",
    },
    ace: { nobody: "Ein Ass", by: "{attacker} hat ein Ass", byYou: "*Du* hast ein Ass" },
    objective_taken: {
      nobody: "Ein Ziel wurde eingenommen",
      by: "{attacker} hat ein Ziel eingenommen",
      byYou: "*Du* hast ein Ziel eingenommen",
      byOf: "{attacker} hat {victim} eingenommen",
      byYouOf: "*Du* hast {victim} eingenommen",
    },
    structure_destroyed: {
      nobody: "Ein Gebäude ist gefallen",
      by: "{attacker} hat ein Gebäude zerstört",
      byYou: "*Du* hast ein Gebäude zerstört",
      of: "{victim} ist gefallen",
      byOf: "{attacker} hat {victim} zerstört",
      byYouOf: "*Du* hast {victim} zerstört",
    },
    bomb_planted: {
      nobody: "Bombe gelegt",
      by: "{attacker} hat die Bombe gelegt",
      byYou: "*Du* hast die Bombe gelegt",
    },
    bomb_defused: {
      nobody: "Bombe entschärft",
      by: "{attacker} hat die Bombe entschärft",
      byYou: "*Du* hast die Bombe entschärft",
    },
    bomb_exploded: { nobody: "Bombe explodiert" },
    goal: {
      nobody: "Ein Tor",
      by: "{attacker} hat getroffen",
      byYou: "*Du* hast getroffen",
    },
    shot: {
      nobody: "Ein Schuss",
      by: "{attacker} hat aufs Tor geschossen",
      byYou: "*Du* hast aufs Tor geschossen",
    },
    save: {
      nobody: "Eine Parade",
      by: "{attacker} hat pariert",
      byYou: "*Du* hast pariert",
    },
    demolition: {
      nobody: "Ein Abschuss",
      by: "{attacker} hat jemanden zerlegt",
      byYou: "*Du* hast jemanden zerlegt",
      of: "{victim} wurde zerlegt",
      ofYou: "*Du* wurdest zerlegt",
      byOf: "{attacker} hat {victim} zerlegt",
      byYouOf: "*Du* hast {victim} zerlegt",
      byOfYou: "{attacker} hat *dich* zerlegt",
    },
    other: { nobody: "Etwas anderes ist geschehen" },
  },
};

/** Counter-Strike's weapons as its own shop writes them. */
import { m } from "../generated/paraglide/messages";

/** By the game's word without `weapon_`; names are the same in every language. */
const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ak47: "AK-47",
    aug: "AUG",
    awp: "AWP",
    bizon: "PP-Bizon",
    cz75a: "CZ75-Auto",
    deagle: "Desert Eagle",
    elite: "Dual Berettas",
    famas: "FAMAS",
    fiveseven: "Five-SeveN",
    g3sg1: "G3SG1",
    galilar: "Galil AR",
    glock: "Glock-18",
    hkp2000: "P2000",
    m249: "M249",
    m4a1: "M4A4",
    m4a1_silencer: "M4A1-S",
    mac10: "MAC-10",
    mag7: "MAG-7",
    mp5sd: "MP5-SD",
    mp7: "MP7",
    mp9: "MP9",
    negev: "Negev",
    nova: "Nova",
    p250: "P250",
    p90: "P90",
    revolver: "R8 Revolver",
    sawedoff: "Sawed-Off",
    scar20: "SCAR-20",
    sg556: "SG 553",
    ssg08: "SSG 08",
    taser: "Zeus x27",
    tec9: "Tec-9",
    ump45: "UMP-45",
    usp_silencer: "USP-S",
    xm1014: "XM1014",
  }),
);

const WORDS: ReadonlyMap<string, () => string> = new Map(
  Object.entries({
    c4: m.words_weapon_c4,
    decoy: m.words_weapon_decoy,
    flashbang: m.words_weapon_flashbang,
    hegrenade: m.words_weapon_hegrenade,
    incgrenade: m.words_weapon_incgrenade,
    molotov: m.words_weapon_molotov,
    smokegrenade: m.words_weapon_smokegrenade,
  }),
);

/** `weapon_ak47` is the AK-47; a weapon that is new stands as the game writes it. */
export function weaponName(weapon: string): string {
  const bare = weapon.replace(/^weapon_/, "");
  // There is a knife for every skin.
  if (/^(?:knife|bayonet)/.test(bare)) return m.words_weapon_knife();
  return NAMES.get(bare) ?? WORDS.get(bare)?.() ?? bare.replaceAll("_", " ");
}

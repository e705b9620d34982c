/** Other devices of the mock: a code that grows old by itself, and no network in a troubled world. */
import type { LanCode, LanState, QrPicture } from "../generated/bindings";
import type { Answer } from "../lib/ipc";
import type { LanIpc } from "../lib/lan.svelte";

const ADDRESS = "https://192.168.178.20:28732/";
const CODE_LIFE_S = 120;
const DEVICES_MAX = 8;
const FINGERPRINT =
  "3F:0A:91:C4:5E:77:12:B8:D0:6B:2C:E9:48:F5:83:1D:" +
  "A6:7C:39:04:EB:52:9F:60:1A:C8:D7:35:8E:41:B3:F2";

/** `https://192.168.178.20:28732/`, as the shell draws it. */
const QR: QrPicture = {
  size: 25,
  path:
    "M0 0h7v1h-7zM9 0h2v1h-2zM12 0h1v1h-1zM15 0h2v1h-2zM18 0h7v1h-7zM0 1h1v1h-1zM6 1h" +
    "1v1h-1zM8 1h1v1h-1zM11 1h1v1h-1zM13 1h3v1h-3zM18 1h1v1h-1zM24 1h1v1h-1zM0 2h1v1h" +
    "-1zM2 2h3v1h-3zM6 2h1v1h-1zM8 2h4v1h-4zM14 2h1v1h-1zM16 2h1v1h-1zM18 2h1v1h-1zM2" +
    "0 2h3v1h-3zM24 2h1v1h-1zM0 3h1v1h-1zM2 3h3v1h-3zM6 3h1v1h-1zM9 3h4v1h-4zM15 3h2v" +
    "1h-2zM18 3h1v1h-1zM20 3h3v1h-3zM24 3h1v1h-1zM0 4h1v1h-1zM2 4h3v1h-3zM6 4h1v1h-1z" +
    "M8 4h1v1h-1zM12 4h1v1h-1zM15 4h1v1h-1zM18 4h1v1h-1zM20 4h3v1h-3zM24 4h1v1h-1zM0 " +
    "5h1v1h-1zM6 5h1v1h-1zM8 5h2v1h-2zM13 5h3v1h-3zM18 5h1v1h-1zM24 5h1v1h-1zM0 6h7v1" +
    "h-7zM8 6h1v1h-1zM10 6h1v1h-1zM12 6h1v1h-1zM14 6h1v1h-1zM16 6h1v1h-1zM18 6h7v1h-7" +
    "zM8 7h2v1h-2zM0 8h2v1h-2zM3 8h1v1h-1zM6 8h2v1h-2zM10 8h4v1h-4zM15 8h2v1h-2zM18 8" +
    "h3v1h-3zM22 8h2v1h-2zM2 9h2v1h-2zM5 9h1v1h-1zM7 9h1v1h-1zM10 9h3v1h-3zM18 9h2v1h" +
    "-2zM24 9h1v1h-1zM3 10h2v1h-2zM6 10h6v1h-6zM20 10h1v1h-1zM23 10h2v1h-2zM1 11h1v1h" +
    "-1zM4 11h2v1h-2zM7 11h1v1h-1zM11 11h5v1h-5zM17 11h1v1h-1zM19 11h2v1h-2zM0 12h2v1" +
    "h-2zM3 12h2v1h-2zM6 12h1v1h-1zM12 12h4v1h-4zM18 12h2v1h-2zM21 12h1v1h-1zM23 12h2" +
    "v1h-2zM3 13h3v1h-3zM10 13h1v1h-1zM14 13h1v1h-1zM16 13h1v1h-1zM18 13h1v1h-1zM21 1" +
    "3h2v1h-2zM24 13h1v1h-1zM0 14h1v1h-1zM2 14h1v1h-1zM6 14h2v1h-2zM9 14h1v1h-1zM11 1" +
    "4h3v1h-3zM16 14h5v1h-5zM22 14h1v1h-1zM24 14h1v1h-1zM1 15h1v1h-1zM4 15h2v1h-2zM7 " +
    "15h1v1h-1zM10 15h1v1h-1zM13 15h1v1h-1zM16 15h3v1h-3zM20 15h1v1h-1zM23 15h1v1h-1z" +
    "M0 16h2v1h-2zM5 16h3v1h-3zM12 16h1v1h-1zM14 16h1v1h-1zM16 16h7v1h-7zM8 17h1v1h-1" +
    "zM11 17h3v1h-3zM16 17h1v1h-1zM20 17h2v1h-2zM24 17h1v1h-1zM0 18h7v1h-7zM8 18h1v1h" +
    "-1zM10 18h1v1h-1zM12 18h1v1h-1zM14 18h3v1h-3zM18 18h1v1h-1zM20 18h2v1h-2zM23 18h" +
    "2v1h-2zM0 19h1v1h-1zM6 19h1v1h-1zM9 19h3v1h-3zM15 19h2v1h-2zM20 19h3v1h-3zM24 19" +
    "h1v1h-1zM0 20h1v1h-1zM2 20h3v1h-3zM6 20h1v1h-1zM11 20h1v1h-1zM13 20h1v1h-1zM16 2" +
    "0h6v1h-6zM24 20h1v1h-1zM0 21h1v1h-1zM2 21h3v1h-3zM6 21h1v1h-1zM8 21h1v1h-1zM10 2" +
    "1h1v1h-1zM14 21h1v1h-1zM17 21h1v1h-1zM19 21h4v1h-4zM0 22h1v1h-1zM2 22h3v1h-3zM6 " +
    "22h1v1h-1zM9 22h2v1h-2zM12 22h1v1h-1zM14 22h1v1h-1zM19 22h2v1h-2zM22 22h1v1h-1zM" +
    "24 22h1v1h-1zM0 23h1v1h-1zM6 23h1v1h-1zM8 23h1v1h-1zM13 23h2v1h-2zM16 23h3v1h-3z" +
    "M21 23h1v1h-1zM0 24h7v1h-7zM8 24h1v1h-1zM10 24h1v1h-1zM12 24h3v1h-3zM16 24h1v1h-" +
    "1zM19 24h1v1h-1zM23 24h2v1h-2z",
};

export function lanOf(troubled: boolean, devices = 1): LanIpc {
  let on = false;
  let codes = 0;
  let offered = 0;
  let paired = devices;
  const code = (): LanCode => {
    const left_s = CODE_LIFE_S - Math.floor((Date.now() - offered) / 1_000);
    return left_s > 0
      ? { is: "open", code: String(417_052 + codes), left_s, tries_left: 5 }
      : { is: "ended", why: "too_old" };
  };
  const state = (): Promise<Answer<LanState>> => {
    const shown = { address: ADDRESS, qr: QR, fingerprint: FINGERPRINT };
    const data: LanState = on
      ? { is: "on", ...shown, code: code(), devices: paired, devices_max: DEVICES_MAX }
      : { is: "off" };
    return Promise.resolve({ status: "ok", data });
  };
  return {
    lanState: state,
    lanSwitch: (chosen) => {
      if (chosen && troubled) {
        const data: LanState = { is: "impossible", why: "no_network" };
        return Promise.resolve({ status: "ok", data });
      }
      on = chosen;
      offered = Date.now();
      return state();
    },
    lanNewCode: () => {
      codes++;
      offered = Date.now();
      return state();
    },
    lanEndDevices: () => {
      paired = 0;
      return state();
    },
  };
}

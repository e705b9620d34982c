import { mount } from "svelte";

import "../styles/base.css";
import "./overlay.css";
import { m } from "../generated/paraglide/messages";
import { keepFaults } from "../lib/faults";
import { ipc } from "../lib/ipc";
import { language } from "../lib/language.svelte";
import { Live } from "../lib/live.svelte";
import { worn } from "../lib/worn.svelte";
import { OverlayPage } from "../lib/overlay.svelte";
import Overlay from "./Overlay.svelte";

const root = document.documentElement;
keepFaults(window, root);
root.lang = language.current;
root.dataset["surface"] = "overlay";
document.title = m.overlay_title();

const live = new Live(ipc);
const page = new OverlayPage(ipc);
mount(Overlay, {
  target: document.body,
  props: { live, page, fit: (height: number) => void ipc.overlayFit(height) },
});
// Over a game it has a ground and a size of its own.
void worn.follow(ipc, ({ palette }) => {
  root.dataset["palette"] = palette;
  root.lang = language.current;
});
void live.start();
void page.start();

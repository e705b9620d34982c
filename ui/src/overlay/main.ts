import { mount } from "svelte";

import "../styles/base.css";
import "./overlay.css";
import { m } from "../generated/paraglide/messages";
import { keepFaults } from "../lib/faults";
import { ipc } from "../lib/ipc";
import { language } from "../lib/language.svelte";
import { Live } from "../lib/live.svelte";
import Overlay from "./Overlay.svelte";

const root = document.documentElement;
keepFaults(window, root);
root.lang = language.current;
root.dataset["surface"] = "overlay";
document.title = m.overlay_title();

const live = new Live(ipc);
mount(Overlay, {
  target: document.body,
  props: { live, fit: (height: number) => void ipc.overlayFit(height) },
});
void live.start();

import { mount } from "svelte";

import "../styles/base.css";
import "./overlay.css";
import { keepFaults } from "../lib/faults";
import { ipc } from "../lib/ipc";
import { Live } from "../lib/live.svelte";
import { texts } from "../lib/texts";
import Overlay from "./Overlay.svelte";

keepFaults(window, document.documentElement);
document.documentElement.lang = texts.language;
document.title = texts.overlay.title;

const live = new Live(ipc);
mount(Overlay, {
  target: document.body,
  props: { live, fit: (height: number) => void ipc.overlayFit(height) },
});
void live.start();

import { mount } from "svelte";

import "../styles/base.css";
import { keepFaults } from "../lib/faults";
import { ipc } from "../lib/ipc";
import { Live } from "../lib/live.svelte";
import { texts } from "../lib/texts";
import App from "./App.svelte";

keepFaults(window, document.documentElement);
document.documentElement.lang = texts.language;

const live = new Live(ipc);
mount(App, { target: document.body, props: { live } });
void live.start();

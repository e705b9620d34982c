import { mount } from "svelte";

import "../styles/base.css";
import { keepFaults } from "../lib/faults";
import { ipc } from "../lib/ipc";
import { Live } from "../lib/live.svelte";
import { Look } from "../lib/look";
import { Queue } from "../lib/queue.svelte";
import { Route } from "../lib/route.svelte";
import App from "./App.svelte";

const root = document.documentElement;
keepFaults(window, root);
new Look(window, root);

const live = new Live(ipc);
mount(App, {
  target: document.body,
  props: { live, queue: new Queue(ipc), route: new Route(window) },
});
void live.start();

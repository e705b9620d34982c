import { mount } from "svelte";

import "../styles/base.css";
import { keepFaults } from "../lib/faults";
import { FirstRun } from "../lib/first_run.svelte";
import { ipc } from "../lib/ipc";
import { Live } from "../lib/live.svelte";
import { Look } from "../lib/look";
import { Queue } from "../lib/queue.svelte";
import { Route } from "../lib/route.svelte";
import { dress, worn } from "../lib/worn.svelte";
import Root from "./Root.svelte";

const root = document.documentElement;
keepFaults(window, root);
const look = new Look(window, root);

const live = new Live(ipc);
const firstRun = new FirstRun(ipc);
mount(Root, {
  target: document.body,
  props: { ipc, live, queue: new Queue(ipc), route: new Route(window), firstRun },
});
void worn.follow(ipc, (chosen) => {
  dress(look, chosen);
});
void live.start();
void firstRun.start();

/**
 * The overlay for a stream: what a browser source of OBS shows.
 *
 * There is no shell here. Whoever serves this page (crates/stream-page) serves
 * beside it, relative to the page's own address:
 *
 * - `events`: server-sent events. Those of the name `look` are the JSON of a
 *   `PageLook`; those without a name are each the JSON of a `LiveUpdate`: first
 *   everything there is to show, then what changes; and a comment every 15 s. It
 *   may end at any time, such as with another audience: then it is asked anew, and
 *   what was shown before is forgotten.
 * - `/assets/…`: what the page is made of.
 *
 * Where nothing comes for a while the page shows nothing, and tries again quietly.
 *
 * Names that an audience may not see, and the delay, are the server's to keep.
 */
import { mount } from "svelte";

import "../styles/base.css";
import "../overlay/overlay.css";
import { keepFaults } from "../lib/faults";
import { Live } from "../lib/live.svelte";
import { Follow } from "./follow.svelte";
import StreamPage from "./StreamPage.svelte";

const root = document.documentElement;
keepFaults(window, root);
root.dataset["surface"] = "overlay";

const follow = new Follow(new URL("events", window.location.href));
const live = new Live(follow);
follow.forget = () => {
  live.forget();
};
mount(StreamPage, { target: document.body, props: { live, follow } });
void live.start();

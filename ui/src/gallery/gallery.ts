import { mount } from "svelte";

import "../styles/base.css";
import { keepFaults } from "../lib/faults";
import { language } from "../lib/language.svelte";
import { Look } from "../lib/look";
import Gallery from "./Gallery.svelte";

const root = document.documentElement;
keepFaults(window, root);
root.lang = language.current;

mount(Gallery, { target: document.body, props: { look: new Look(window, root) } });

// Makes functions of messages/ in src/generated/paraglide, which git does not keep.
import { compile } from "@inlang/paraglide-js";

await compile({
  project: "./project.inlang",
  outdir: "./src/generated/paraglide",
  // The page says which language it is in (src/lib/language.svelte.ts): no cookie, no address.
  strategy: ["globalVariable", "baseLocale"],
  isServer: "false",
  disableAsyncLocalStorage: true,
  emitReadme: false,
  emitPrettierIgnore: false,
});
// The compiler leaves a timer of half a minute behind.
process.exit();

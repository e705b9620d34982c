/** Keeps what goes wrong in the page where a bug report and the desktop test read it. */
export function keepFaults(page: Window, root: HTMLElement): void {
  const keep = (fault: string) => {
    root.dataset["faults"] = [root.dataset["faults"], fault].filter(Boolean).join("\n");
  };
  page.addEventListener("error", (event) => {
    keep(event.message);
  });
  page.addEventListener("unhandledrejection", (event) => {
    keep(String(event.reason));
  });
  page.addEventListener("securitypolicyviolation", (event) => {
    keep(`${event.violatedDirective}: ${event.blockedURI}`);
  });
}

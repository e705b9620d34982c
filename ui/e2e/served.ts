/** Serves the pages that were built against the mock as the app does: with its content policy. */
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the pages are, without a slash at the end. */
    readonly origin: string;
  }
}

const PAGES = "dist-mock";

const TYPES: Readonly<Partial<Record<string, string>>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".woff2": "font/woff2",
};

export default async function served(project: TestProject): Promise<() => Promise<void>> {
  const server = serve(contentPolicy());
  await new Promise<void>((listens) => server.listen(0, "127.0.0.1", listens));
  const { port } = server.address() as AddressInfo;
  project.provide("origin", `http://127.0.0.1:${String(port)}`);
  return () =>
    new Promise((closed) => {
      server.close(() => {
        closed();
      });
      server.closeAllConnections();
    });
}

function serve(policy: string): Server {
  return createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://pages").pathname);
    // Browsers ask for it by themselves; the app's pages have none.
    if (path === "/favicon.ico") {
      response.writeHead(204).end();
      return;
    }
    const file = join(PAGES, path);
    const type = TYPES[extname(file)];
    if (type === undefined || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": type, "content-security-policy": policy });
    createReadStream(file).pipe(response);
  });
}

/** The app's own policy, so that what it would refuse is refused here. */
function contentPolicy(): string {
  const conf = JSON.parse(readFileSync("../tauri.conf.json", "utf8")) as {
    app: { security: { csp: Record<string, string> } };
  };
  const rules = Object.entries(conf.app.security.csp);
  return rules.map(([name, value]) => `${name} ${value}`).join("; ");
}

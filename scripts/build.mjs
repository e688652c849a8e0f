// npm run build: builds the page unless it is up to date. The server needs no build.
import { ensureDependencies, ensurePage, findNode } from "./bootstrap.mjs";

ensureDependencies({ dev: true });
ensurePage(findNode());

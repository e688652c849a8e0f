// npm run build: the page, if it is stale. The server has no build step.
import { ensureDependencies, ensurePage, findNode } from "./bootstrap.mjs";

ensureDependencies({ dev: true });
ensurePage(findNode());

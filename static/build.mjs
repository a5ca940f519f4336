// Fills vendor/ with the few third-party files that pages load, each beside its licence, and removes node_modules:
// this folder is served as a whole, so nothing may lie in it that no page asks for.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const vendor = join(here, "vendor");

const FILES = [
  ["bootstrap/dist/css/bootstrap.min.css", "bootstrap/bootstrap.min.css"],
  ["bootstrap/LICENSE", "bootstrap/LICENSE"],
  ["htmx.org/dist/htmx.min.js", "htmx/htmx.min.js"],
  ["htmx.org/LICENSE", "htmx/LICENSE"],
];
const SOURCE_MAP = /\n?(?:\/\*#|\/\/#) sourceMappingURL=\S+(?: \*\/)?\s*$/;

rmSync(vendor, { recursive: true, force: true });
for (const [from, to] of FILES) {
  const source = join(modules, from);
  const target = join(vendor, to);
  mkdirSync(dirname(target), { recursive: true });
  if (/\.(css|js)$/.test(to)) {
    // The maps stay behind, so the pointer to them would only be a 404.
    writeFileSync(target, readFileSync(source, "utf8").replace(SOURCE_MAP, "\n"));
  } else {
    cpSync(source, target);
  }
}
rmSync(modules, { recursive: true, force: true });
console.log(`static/vendor: ${FILES.length} files`);

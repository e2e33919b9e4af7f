// The site's own search, without a browser: node search.mjs SITE QUERY… prints for each query the
// pages that it finds, the first first, as one line of JSON.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";

const [site, ...queries] = process.argv.slice(2);
const element = () => ({ appendChild: (child) => child, removeChild() {}, firstChild: null });
const page = { _ready() {}, _: (text) => text, console, localStorage: { setItem() {} } };
page.window = page;
page.SPHINX_HIGHLIGHT_ENABLED = false;
page.document = { ...element(), getElementById: element, createElement: element };
createContext(page);
// in the order in which a browser runs them
const scripts = ["searchtools.js", "language_data.js", "recognized_errors.js", "pasted_errors.js"].map((name) => join("_static", name));
for (const script of [...scripts, "searchindex.js"]) {
  runInContext(readFileSync(join(site, script), "utf8"), page, { filename: script });
}
page.queries = queries;
const found = runInContext(
  "queries.map((query) => Search._performSearch(...Search._parseQuery(query)).reverse().map((result) => result[0]))",
  page,
);
console.log(JSON.stringify(found));

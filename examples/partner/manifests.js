import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";

const TOOLCHAINS = [
  ["generate-persisted-query-manifest"],
  ["graphql-codegen", "--config", "codegen.json", "--errors-only"],
  ["relay-compiler"],
];

rmSync("dist", { recursive: true, force: true });
for (const folder of ["apollo", "codegen", "relay"])
  mkdirSync(`dist/${folder}`, { recursive: true });
// Relay's compiler adds to this file, and does not begin it. An app that is in use keeps its own.
writeFileSync("dist/relay/persisted_queries.json", "{}\n");
for (const [command, ...options] of TOOLCHAINS) {
  execFileSync(`node_modules/.bin/${command}`, options, { stdio: "inherit" });
}

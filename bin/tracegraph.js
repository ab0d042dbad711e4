#!/usr/bin/env node
import { build, isStale } from "./build.js";

if (isStale()) {
  process.stderr.write("tracegraph: building (once after each change of the sources)\n");
  const status = build();
  if (status !== 0) process.exit(status);
}
await import("../dist/cli/main.js");

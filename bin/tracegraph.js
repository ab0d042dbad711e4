#!/usr/bin/env node
import { build, isStale } from "./build.js";

// Unless they are told that nobody develops here, GraphQL's libraries look at every value twice.
process.env.NODE_ENV ??= "production";
if (isStale()) {
  process.stderr.write("tracegraph: building (once after each change of the sources)\n");
  const status = build();
  if (status !== 0) process.exit(status);
}
await import("../dist/cli/main.js");

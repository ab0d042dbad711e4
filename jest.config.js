export default {
  testEnvironment: "node",
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/dist/", "/bench/peers/"],
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/data/"],
  setupFiles: ["reflect-metadata", "<rootDir>/test/support/quiet-log.ts"],
  globalSetup: "<rootDir>/test/support/global-setup.ts",
  globalTeardown: "<rootDir>/test/support/global-teardown.ts",
  testTimeout: 60_000,
  // A third of their time tests wait for processes and timers, so that three fill two cores.
  maxWorkers: 3,
  // What a file has loaded stays in the process: the next ones would collect garbage around it.
  workerIdleMemoryLimit: "1GB",
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "\\.ts$": [
      "@swc/jest",
      {
        jsc: {
          target: "es2022",
          parser: { syntax: "typescript", decorators: true },
          transform: { legacyDecorator: true, useDefineForClassFields: false },
        },
        module: { type: "es6" },
      },
    ],
  },
};

import type { Command } from "commander";

/** A command as the overview lists it. Its module is loaded only when it is asked for. */
export interface CommandEntry {
  name: string;
  summary: string;
  load(): Promise<Command>;
}

/** Every command, in the order of the overview. A new command is one line here and one file. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "start",
    summary: "starts the whole system, or one service of it",
    load: async () => (await import("./commands/start.ts")).startCommand(),
  },
  {
    name: "token",
    summary: "prints a development token",
    load: async () => (await import("./commands/token.ts")).tokenCommand(),
  },
  {
    name: "import",
    summary: "records devices from a file, and provisions them where the file says so",
    load: async () => (await import("./commands/import.ts")).importCommand(),
  },
  {
    name: "line",
    summary: "records devices as they are scanned at a station, also while the gateway is away",
    load: async () => (await import("./commands/line.ts")).lineCommand(),
  },
  {
    name: "device",
    summary: "one device: history, cloud identity, owner, lot siblings",
    load: async () => (await import("./commands/device.ts")).deviceCommand(),
  },
  {
    name: "siblings",
    summary: "every device of the same lot, work order, pallet …",
    load: async () => (await import("./commands/siblings.ts")).siblingsCommand(),
  },
  {
    name: "recall",
    summary: "the exact set of affected devices, and why a device is in it",
    load: async () => (await import("./commands/recall.ts")).recallCommand(),
  },
  {
    name: "components",
    summary: "what is installed in a device, and installations from a file",
    load: async () => (await import("./commands/components.ts")).componentsCommand(),
  },
  {
    name: "where-used",
    summary: "every device that contains a supplier's lot or part, on any level",
    load: async () => (await import("./commands/where-used.ts")).whereUsedCommand(),
  },
  {
    name: "export",
    summary: "rows as of one moment, as files that can be checked",
    load: async () => (await import("./commands/export.ts")).exportCommand(),
  },
  {
    name: "provision",
    summary: "gives recorded devices their cloud identities",
    load: async () => (await import("./commands/provision.ts")).provisionCommand(),
  },
  {
    name: "field",
    summary: "defines, lists and retires custom fields",
    load: async () => (await import("./commands/field.ts")).fieldCommand(),
  },
  {
    name: "client",
    summary: "apps and partners: their roles, rates and keys",
    load: async () => (await import("./commands/client.ts")).clientCommand(),
  },
  {
    name: "documents",
    summary: "publishes, lists and retires the documents of a client",
    load: async () => (await import("./commands/documents.ts")).documentsCommand(),
  },
  {
    name: "webhook",
    summary: "tells other systems of what happens, signed and in order",
    load: async () => (await import("./commands/webhook.ts")).webhookCommand(),
  },
  {
    name: "share",
    summary: "lets partners see devices, field by field, and ends it",
    load: async () => (await import("./commands/share.ts")).shareCommand(),
  },
  {
    name: "signing-key",
    summary: "the keys with which stations, scanners and partners sign hand-overs",
    load: async () => (await import("./commands/signing-key.ts")).signingKeyCommand(),
  },
  {
    name: "owner",
    summary: "erases owners, and says who was erased",
    load: async () => (await import("./commands/owner.ts")).ownerCommand(),
  },
  {
    name: "access",
    summary: "who has seen a device",
    load: async () => (await import("./commands/access.ts")).accessCommand(),
  },
  {
    name: "verify",
    summary: "what a proof, an export or a device proves, offline and by keys of your own",
    load: async () => (await import("./commands/verify.ts")).verifyCommand(),
  },
  {
    name: "ledger",
    summary: "the public keys by which outsiders verify",
    load: async () => (await import("./commands/ledger.ts")).ledgerCommand(),
  },
  {
    name: "witness",
    summary: "cosigns a log's checkpoints, for whoever need not believe its operator",
    load: async () => (await import("./commands/witness.ts")).witnessCommand(),
  },
  {
    name: "demo",
    summary: "loads a demo factory of any size",
    load: async () => (await import("./commands/demo.ts")).demoCommand(),
  },
  {
    name: "check",
    summary: "checks that the record agrees with itself",
    load: async () => (await import("./commands/check.ts")).checkCommand(),
  },
  {
    name: "audit",
    summary: "checks that nobody has rewritten what was recorded",
    load: async () => (await import("./commands/audit.ts")).auditCommand(),
  },
  {
    name: "migrate",
    summary: "brings the databases' tables up to date",
    load: async () => (await import("./commands/migrate.ts")).migrateCommand(),
  },
  {
    name: "keys",
    summary: "makes the keys of the split mode's services",
    load: async () => (await import("./commands/keys.ts")).keysCommand(),
  },
  {
    name: "schema",
    summary: "prints the checked-in schemas, or checks them",
    load: async () => (await import("./commands/schema.ts")).schemaCommand(),
  },
];

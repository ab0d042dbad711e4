import "reflect-metadata";

/** Jest calls this once before all tests; it asks for a default export. */
export default async function globalSetup(): Promise<void> {
  const { startTestServer } = await import("./test-server.ts");
  await startTestServer();
}

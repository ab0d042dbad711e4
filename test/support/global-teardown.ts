/** Jest calls this once after all tests; it asks for a default export. */
export default async function globalTeardown(): Promise<void> {
  const { stopTestServer } = await import("./test-server.ts");
  await stopTestServer();
}

import type { ApolloServer, BaseContext } from "@apollo/server";
import fastifyApollo, { fastifyApolloDrainPlugin } from "@as-integrations/fastify";
import fastify from "fastify";
import { announce, closeOnSignal } from "../shared/environment.ts";

/** The web framework of an Apollo server; without a log. */
export const web = fastify();

/** Waits for the requests in flight when the server stops, as Apollo's documentation wants it. */
export const drainWeb = () => fastifyApolloDrainPlugin(web);

/** Serves an Apollo server through Fastify: its standalone server is meant for prototypes. */
export async function listen<Context extends BaseContext>(
  server: ApolloServer<Context>,
  context: () => Context,
  close: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  await server.start();
  await web.register(fastifyApollo<Context>(server), { context: async () => context() });
  announce(`${await web.listen({ host: "127.0.0.1", port: 0 })}/graphql`);
  closeOnSignal(async () => {
    await server.stop();
    await web.close();
    await close();
  });
}

import type { DevelopmentIssuer } from "../../gateway/identity/development-issuer.ts";
import { WALK } from "../../start/greeting.ts";
import { documentIdOf, publishForApp } from "../published-documents.ts";

/** The Walk as a published document, and who may run it. */
export interface PublishedWalk {
  documentId: string;
  /** A bearer token of the client's. */
  token: string;
}

/** Publishes the Walk for a back office's app. */
export async function publishWalk(
  origin: string,
  issuer: DevelopmentIssuer,
  tenant: string,
): Promise<PublishedWalk> {
  const app = { name: "bench-walk", roles: ["support"], tenant, documents: [WALK] } as const;
  return { documentId: documentIdOf(WALK), token: await publishForApp(origin, issuer, app) };
}

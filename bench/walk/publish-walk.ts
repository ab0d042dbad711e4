import { WALK } from "../../start/greeting.ts";

/** What a request for one device says to the product's own gateway. */
export type WalkBody = (connhexId: string) => string;

/** The Walk as the bench's client sends it. */
export async function publishWalk(): Promise<WalkBody> {
  return (connhexId) => JSON.stringify({ query: WALK, variables: { id: connhexId } });
}

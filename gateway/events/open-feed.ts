import type { MergedFeed } from "./merged-feed.ts";
import { Pulse } from "./pulse.ts";
import { WaitingPlaces } from "./waiting-places.ts";

/** The feed of all subgraphs' events, and those who wait for more of them. */
export interface OpenFeed {
  feed: MergedFeed;
  pulse: Pulse;
  waiting: WaitingPlaces;
}

export function openFeed(feed: MergedFeed): OpenFeed {
  return { feed, pulse: new Pulse((tenant) => feed.end(tenant)), waiting: new WaitingPlaces() };
}

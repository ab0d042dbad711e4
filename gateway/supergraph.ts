import { composeServices } from "@theguild/federation-composition";
import { parse } from "graphql";
import { NODE_SUBGRAPH, nodeText } from "./node/node-text.ts";

/** A subgraph's name and the text that it is composed from. */
export interface SubgraphText {
  name: string;
  sdl: string;
}
export interface Supergraph {
  /** What the planner reads. */
  supergraphText: string;
  /** What clients may ask: without routing, and without what is inaccessible. */
  publicText: string;
}

/**
 * Composes the subgraphs and the gateway's own one, which answers `Query.node`. Throws with every
 * reason why they do not fit together.
 */
export function composeSupergraph(subgraphs: readonly SubgraphText[]): Supergraph {
  const all = [...subgraphs, { name: NODE_SUBGRAPH, sdl: nodeText(subgraphs) }];
  const composed = composeServices(
    all.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl), url: `subgraph://${name}` })),
  );
  if (!composed.supergraphSdl || !composed.publicSdl) {
    const reasons = (composed.errors ?? []).map(({ message }) => `  - ${message}`);
    throw new Error(`the subgraphs do not fit together:\n${reasons.join("\n")}`);
  }
  return {
    supergraphText: endOnce(composed.supergraphSdl),
    publicText: endOnce(composed.publicSdl),
  };
}

function endOnce(text: string): string {
  return `${text.trim()}\n`;
}

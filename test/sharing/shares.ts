import type { Caller, CallerRole } from "../../shared/caller.ts";
import { type Answer, callerOf, type Factory, type Variables } from "../manufacturing/factory.ts";

export const SHARE = `mutation Share($input: ShareDevicesInput!) {
  shareDevices(input: $input) { id state deviceCount }
}`;
export const END = `mutation End($id: ID!, $reason: String!, $at: DateTime) {
  endShare(id: $id, reason: $reason, at: $at) { id state endedAt endedBy endReason }
}`;

/** A partner's program. */
export function partnerOf(client: string | null, more: Partial<Caller> = {}): Caller {
  return callerOf("partner", { client, ...more });
}

/** What a test does with the shares of one tenant; each throws where it is refused. */
export interface Shares {
  /** Shares with acme's partner `lab` unless the terms say otherwise, and answers the id. */
  share(terms: Variables): Promise<string>;
  end(id: string, at?: string): Promise<void>;
  /** Asks as staff. */
  tell(role: CallerRole, document: string, variables?: Variables): Promise<Answer["data"]>;
}

export function sharesOf(factory: Pick<Factory, "ask">, tenant = "acme"): Shares {
  const tell: Shares["tell"] = async (role, document, variables) => {
    const { data, errors } = await factory.ask(callerOf(role, { tenant }), document, variables);
    if (errors[0]) throw errors[0];
    return data;
  };
  return {
    tell,
    share: async (terms) => {
      const input = { partner: "lab", fields: [], reason: "an audit", ...terms };
      return (await tell("compliance", SHARE, { input })).shareDevices.id;
    },
    end: async (id, at) => {
      await tell("admin", END, { id, reason: "the audit is over", at });
    },
  };
}

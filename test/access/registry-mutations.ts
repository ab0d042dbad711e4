import { ADD_CLIENT, ADD_KEY, DOCUMENT, PUBLISH } from "./fill-client.ts";
import type { Ask } from "./fill-tenant.ts";
import { ADD_WEBHOOK, PAUSE_WEBHOOK, REMOVE_WEBHOOK } from "./fill-webhook.ts";
import { elseRefused, type MutationCase, NO_ROW, type Target } from "./mutation-case.ts";
import type { Names } from "./world.ts";

/** Administrators see all of their tenant's clients: there are none of others. */
const OF_A_CLIENT = ["MINE", "FOREIGN", "NOTHING"] as const;
const KEY = "key { id keyId last4 createdAt createdBy expiresAt revokedAt lastUsedAt }";
const PROBLEM = "{ code message field line column }";

export const OF_REGISTRY: readonly Omit<MutationCase, "place">[] = [
  {
    name: "addClient",
    text: `($input: ClientInput!) { f0: addClient(input: $input)`,
    answer: "id name",
    variables: (_, { serial }) => ({ input: { name: `new-${serial}`, kind: "PARTNER" } }),
    asked: NO_ROW,
    outcome: () => "VALUE",
  },
  {
    name: "changeClient",
    text: `($clientName: String!, $changes: ClientChanges!) {
      f0: changeClient(name: $clientName, changes: $changes, reason: "agreed")`,
    answer: "id",
    variables: ({ clientName }, { serial }) => {
      return { clientName, changes: { requestsPerMinute: 1_000 + serial } };
    },
    asked: OF_A_CLIENT,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "addClientKey",
    text: `($clientName: String!) { f0: addClientKey(client: $clientName)`,
    answer: `text ${KEY} client { id }`,
    variables: ({ clientName }) => ({ clientName }),
    asked: OF_A_CLIENT,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "rotateClientKey",
    text: `($clientName: String!) { f0: rotateClientKey(client: $clientName)`,
    answer: `text ${KEY} client { id }`,
    variables: ({ clientName }) => ({ clientName }),
    asked: OF_A_CLIENT,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "revokeClientKey",
    text: `($keyId: ID!) { f0: revokeClientKey(keyId: $keyId, reason: "lost")`,
    answer: "id",
    variables: ({ keyId }) => ({ keyId }),
    asked: OF_A_CLIENT,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "publishDocuments",
    text: `($clientName: String!, $documents: [DocumentInput!]!) {
      f0: publishDocuments(client: $clientName, version: "2", documents: $documents)`,
    answer: `client { id } version isPublished published unchanged refused verdicts {
      id operationName outcome nodes values fetches problems ${PROBLEM} warnings ${PROBLEM} }`,
    variables: ({ clientName }, { serial }) => {
      return { clientName, documents: [{ ...DOCUMENT, id: `lot-${serial}` }] };
    },
    asked: OF_A_CLIENT,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "retireDocuments",
    text: `($clientName: String!) {
      f0: retireDocuments(client: $clientName, ids: ["lot"], reason: "slow")`,
    answer: "client { id } retired",
    variables: ({ clientName }) => ({ clientName }),
    asked: OF_A_CLIENT,
    outcome: elseRefused("NOT_FOUND"),
  },
];

const SECRET = "secret { secretId createdAt createdBy endsAt }";
const DELIVERY = "eventId eventType at attempt outcome status reason ms";

/** The same of webhooks. */
export const OF_WEBHOOKS: readonly Omit<MutationCase, "place">[] = [
  {
    name: "addWebhook",
    text: "($input: WebhookInput!) { f0: addWebhook(input: $input)",
    answer: `text ${SECRET} webhook { id name }`,
    variables: (_, { serial }) => ({
      input: { name: `added-${serial}`, url: "https://erp.example.com/" },
    }),
    asked: NO_ROW,
    outcome: () => "VALUE",
  },
  {
    name: "rotateWebhookSecret",
    text: "($name: String!) { f0: rotateWebhookSecret(name: $name)",
    answer: `text ${SECRET} webhook { id }`,
    variables: ({ webhookName: name }) => ({ name }),
    asked: OF_A_CLIENT,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "pauseWebhook",
    text: `($name: String!) { f0: pauseWebhook(name: $name, reason: "a move")`,
    answer: "id state",
    variables: ({ webhookName: name }) => ({ name }),
    asked: OF_A_CLIENT,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "resumeWebhook",
    text: "($name: String!) { f0: resumeWebhook(name: $name)",
    answer: "id state",
    variables: ({ webhookName }) => ({ name: `${webhookName}-paused` }),
    asked: OF_A_CLIENT,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "replayWebhook",
    text: `($name: String!) { f0: replayWebhook(name: $name, from: "now")`,
    answer: "id position",
    variables: ({ webhookName: name }) => ({ name }),
    asked: OF_A_CLIENT,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "removeWebhook",
    text: `($name: String!) { f0: removeWebhook(name: $name, reason: "over")`,
    answer: "id",
    variables: ({ webhookName: name }) => ({ name }),
    asked: OF_A_CLIENT,
    outcome: elseRefused("NOT_FOUND"),
  },
  {
    name: "testWebhook",
    text: "($name: String!) { f0: testWebhook(name: $name)",
    answer: DELIVERY,
    variables: ({ webhookName: name }) => ({ name }),
    asked: OF_A_CLIENT,
    outcome: elseRefused("NOT_FOUND"),
  },
];

let clients = 0;

/** A client with one key and one document, with which nothing has been done yet. */
export async function freshClient(ask: Ask, row: Names): Promise<Target> {
  const clientName = `fresh-${++clients}`;
  const input = { name: clientName, kind: "APP", roles: ["engineering"] };
  await ask("gateway", "admin", ADD_CLIENT, { input });
  const { addClientKey } = await ask("gateway", "admin", ADD_KEY, { clientName });
  await ask("gateway", "admin", PUBLISH, { clientName, documents: [DOCUMENT] });
  return { ...row, clientName, keyId: addClientKey.key.keyId };
}

const standing: string[] = [];
let webhooks = 0;

/** Two webhooks, one of which is paused. A tenant has few of them: former ones go. */
export async function freshWebhook(ask: Ask, row: Names): Promise<Target> {
  for (const name of standing.splice(0)) {
    await ask("gateway", "admin", REMOVE_WEBHOOK, { name }).catch(() => undefined);
  }
  const webhookName = `fresh-${++webhooks}`;
  for (const name of [webhookName, `${webhookName}-paused`]) {
    await ask("gateway", "admin", ADD_WEBHOOK, { name });
    standing.push(name);
  }
  await ask("gateway", "admin", PAUSE_WEBHOOK, { name: `${webhookName}-paused` });
  return { ...row, webhookName };
}

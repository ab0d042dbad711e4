import type { Role } from "../../shared/caller.ts";
import { ask, type RunningSystem } from "../support/running-system.ts";

/** Stands in everything that is said of the owners, in no other word, and in no code. */
export const CANARY = "zqcanary";

const RECORD = `mutation ($input: [DeviceRecordInput!]!) { recordDevices(input: $input) { refused } }`;
const PROVISION = `mutation ($input: [ProvisionInput!]!) {
  provisionDevices(input: $input) { provisioned refused } }`;
const REGISTER = `mutation ($input: RegisterOwnershipInput!) {
  registerOwnership(input: $input) { id owner { id displayName } } }`;
const CHANGE = `mutation ($ownerId: ID, $input: OwnerContactInput!) {
  changeOwnerContact(ownerId: $ownerId, input: $input) { id contact { email phone address } } }`;
const OFFER = `mutation ($connhexId: ID!) { offerOwnershipTransfer(connhexId: $connhexId) { code } }`;
const TRANSFER = `mutation ($input: TransferOwnershipInput!) { transferOwnership(input: $input) { id } }`;
const RELEASE = `mutation ($connhexId: ID!, $reason: String!) {
  releaseOwnership(connhexId: $connhexId, reason: $reason) { id } }`;
const READ = `query ($connhexId: ID!) { device(connhexId: $connhexId) {
  serialNumber owner { displayName contact { email phone address } }
  ownerships { owner { displayName } } } }`;
const MINE = "{ myDevices { totalCount nodes { connhexId owner { displayName } } } }";

/** An owner of whom everything is marked. */
export interface CanaryOwner {
  number: number;
  /** Under which he signs in; null: staff registered him. */
  subject: string | null;
  connhexId: string;
  id: string;
}

/** How many requests are on their way at once. */
const AT_ONCE = 6;

/** Calls `work` for each number below, some at once. */
export async function forEach(count: number, work: (number: number) => Promise<void>) {
  const numbers = Array.from({ length: count }, (_, number) => number).values();
  const worker = async () => {
    for (const number of numbers) await work(number);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** What only asks, as somebody in some roles; throws where it is refused. */
export function askerOf(system: RunningSystem) {
  const tokens = new Map<string, Promise<string>>();
  return async (role: Role, subject: string, query: string, variables: object = {}) => {
    const key = `${role} ${subject}`;
    const token = tokens.get(key) ?? system.token([role], { subject });
    tokens.set(key, token);
    const { data, errors } = await ask(system.url, await token, query, variables);
    if (errors?.[0]) throw new Error(`${errors[0].message}: ${query.slice(0, 40)}`);
    return data;
  };
}

type Asker = ReturnType<typeof askerOf>;

/** Everything that is said of the owner with this number. */
function personalData(number: number) {
  const name = `${CANARY}${number}`;
  return {
    displayName: `${name} Marked${CANARY}`,
    email: `${name}@example.com`,
    phone: `+39 055 ${7_000_000 + number}`,
    address: `Via ${name} 1\n50100 ${CANARY}ville`,
  };
}

/** Some staff: none asks so often that it must wait. */
const desk = (number: number) => `desk-${number % 40}`;

/** Registers owners, who then do what owners do, and are read by those who may. */
export async function registerCanaries(
  system: RunningSystem,
  count: number,
): Promise<CanaryOwner[]> {
  const ask = askerOf(system);
  const serials = Array.from({ length: count }, (_, number) => `SN-C${number}`);
  for (let from = 0; from < count; from += 500) {
    const some = serials.slice(from, from + 500);
    await ask("line", "line-1", RECORD, { input: some.map((serialNumber) => ({ serialNumber })) });
    const input = some.map((serialNumber, n) => ({
      serialNumber,
      connhexId: `hex-c${from + n}`,
      isProtected: false,
    }));
    await ask("line", "line-1", PROVISION, { input });
  }
  const owners: CanaryOwner[] = [];
  await forEach(count, async (number) => {
    owners[number] = await register(ask, number);
  });
  await forEach(count, (number) => liveWith(ask, owners[number] as CanaryOwner));
  return owners;
}

async function register(ask: Asker, number: number): Promise<CanaryOwner> {
  const isSignedIn = number % 3 !== 0;
  const connhexId = `hex-c${number}`;
  const owner = { kind: "PERSON", country: "IT", ...personalData(number) };
  const subject = isSignedIn ? `auth|${CANARY}${number}` : null;
  const { registerOwnership } = subject
    ? await ask("owner", subject, REGISTER, { input: { connhexId, owner } })
    : await ask("support", desk(number), REGISTER, { input: { connhexId, owner } });
  return { number, subject, connhexId, id: registerOwnership.owner.id };
}

/** Moves, reads himself, is read, offers and gives back; some of them, some of it. */
async function liveWith(ask: Asker, { number, subject, connhexId, id }: CanaryOwner) {
  const moved = {
    address: `Piazza ${CANARY}${number} 2`,
    email: `new.${CANARY}${number}@example.org`,
  };
  if (subject) {
    await ask("owner", subject, CHANGE, { input: moved });
    await ask("owner", subject, MINE);
    await ask("owner", subject, READ, { connhexId });
  } else {
    await ask("support", desk(number), CHANGE, { ownerId: id, input: moved });
  }
  await ask("support", desk(number), READ, { connhexId });
  await ask("recall_manager", desk(number), READ, { connhexId });
  if (subject && number % 3 === 1) await ask("owner", subject, OFFER, { connhexId });
  if (number % 5 === 2) {
    const reason = `${CANARY}${number} moved away`;
    await ask("support", desk(number), RELEASE, { connhexId, reason });
  }
  if (subject && number % 7 === 3 && number % 5 !== 2) {
    const input = {
      connhexId,
      reason: `for ${CANARY}`,
      owner: { kind: "PERSON", ...personalData(900_000 + number) },
    };
    await ask("owner", subject, TRANSFER, { input });
  }
}

/** Every owner that there is by now, those included who were given a device. */
export async function ownersIn(system: RunningSystem, count: number): Promise<string[]> {
  const ask = askerOf(system);
  const found = new Set<string>();
  await forEach(count, async (number) => {
    const query =
      "query ($connhexId: ID!) { device(connhexId: $connhexId) { ownerships { owner { id } } } }";
    const { device } = await ask("support", desk(number), query, { connhexId: `hex-c${number}` });
    for (const { owner } of device.ownerships) found.add(owner.id);
  });
  return [...found];
}

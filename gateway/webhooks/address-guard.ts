import type { LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { NameLookup } from "./name-lookup.ts";

/**
 * Networks that are not the internet, from IANA's registries of special-purpose addresses (RFC 6890
 * and what was added to it): whoever may name an address for webhooks must not reach them through us.
 */
const NOT_PUBLIC_4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
/** Of IPv6 only what is given out for the internet is public, but for these parts of it. */
const GIVEN_OUT_6 = "2000::/3";
const NOT_PUBLIC_6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];
const LOOPBACK = ["127.0.0.0/8", "::1/128"];

const notPublic = listOf([...NOT_PUBLIC_4, ...NOT_PUBLIC_6]);
const givenOut = listOf([GIVEN_OUT_6]);
const loopback = listOf(LOOPBACK);

/** An address that webhooks must not be sent to. */
export class ForbiddenAddress extends Error {
  override name = "ForbiddenAddress";
}

/** Says which addresses may be called: those of the internet, and what the operator has allowed. */
export class AddressGuard {
  private readonly allowed: BlockList;
  private readonly names = new NameLookup();

  /** `allowed`: networks of one's own, as `10.1.0.0/16` or one address. */
  constructor(allowed: readonly string[] = []) {
    this.allowed = listOf(allowed);
  }

  isAllowed(address: string): boolean {
    const plain = unmapped(address);
    if (isIn(this.allowed, plain)) return true;
    if (isIP(plain) === 4) return !isIn(notPublic, plain);
    return isIP(plain) === 6 && isIn(givenOut, plain) && !isIn(notPublic, plain);
  }

  /** Whether plain http may go there: to this machine alone, where that is allowed. */
  isAllowedLoopback(address: string): boolean {
    return isIn(loopback, unmapped(address)) && this.isAllowed(address);
  }

  /**
   * Resolves a name for one connection, and refuses it where any of its addresses is forbidden. The
   * connection goes to the very addresses that were checked: a name that changes gains nothing.
   */
  lookup(isOnlyLoopback: boolean): LookupFunction {
    return (hostname, options, callback) => {
      const told = (addresses: LookupAddress[]) => {
        const mayGo = (address: string) =>
          isOnlyLoopback ? this.isAllowedLoopback(address) : this.isAllowed(address);
        const [first] = addresses;
        if (!first || !addresses.every(({ address }) => mayGo(address))) {
          const text = `${hostname} is at an address that is not allowed`;
          return callback(new ForbiddenAddress(text), "");
        }
        if (options.all) return callback(null, addresses);
        return callback(null, first.address, first.family);
      };
      this.names
        .addresses(hostname, options)
        .then(told, (error: NodeJS.ErrnoException) => callback(error, ""));
    };
  }
}

/** Reads a network or an address; null where the text is neither. */
export function readNetwork(text: string): { address: string; bits: number } | null {
  const [address = "", bits, ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0) return null;
  const most = family === 4 ? 32 : 128;
  if (bits === undefined) return { address, bits: most };
  const number = /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  return number <= most ? { address, bits: number } : null;
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const network = readNetwork(text);
    if (!network) throw new Error(`${text} is no network`);
    list.addSubnet(network.address, network.bits, familyOf(network.address));
  }
  return list;
}

function isIn(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}

/** An IPv4 address in the clothes of IPv6 is that IPv4 address. */
function unmapped(address: string): string {
  const [bare = ""] = address.split("%", 1);
  if (isIP(bare) !== 6) return bare;
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return canonical;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16BE(Number.parseInt(high, 16), 0);
  bytes.writeUInt16BE(Number.parseInt(low, 16), 2);
  return [...bytes].join(".");
}

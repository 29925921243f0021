/**
 * Decides where webhooks may go. Every attempt resolves the name, checks each address, and connects to a checked one:
 * a name that changes its address between check and connection gains nothing. Link-local, metadata, multicast,
 * unspecified and reserved addresses are refused whatever is set; loopback and private ones by
 * WEBHOOK_PRIVATE_NETWORKS.
 */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { isWithin, judgeAddress } from './judge-address.ts';

/** `allow`, `refuse`, or what is allowed: names (with a leading dot: all below) and ranges. */
export type PrivateNetworks =
  | 'allow'
  | 'refuse'
  | { readonly names: readonly string[]; readonly ranges: readonly string[] };

/** All addresses of a name, as `dns.lookup` with `all`. */
export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>;

/** Refused by the guard: the connection was never tried. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

export const resolveName: Lookup = (hostname) =>
  new Promise((resolve, reject) => {
    dnsLookup(hostname, { all: true, verbatim: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    );
  });

export class NetworkGuard {
  readonly #networks: PrivateNetworks;
  readonly #lookup: Lookup;

  constructor(networks: PrivateNetworks, lookup: Lookup = resolveName) {
    this.#networks = networks;
    this.#lookup = lookup;
  }

  /** Why an address may not be connected to, or null. */
  judge(hostname: string, address: string): string | null {
    const { place, kind } = judgeAddress(address);
    if (place === 'public') return null;
    const where = hostname === address ? address : `${hostname} is ${address}`;
    if (place === 'forbidden') return `${where}, ${kind}, where nothing is ever sent.`;
    if (this.#allows(hostname, address)) return null;
    return `${where}, ${kind}, which WEBHOOK_PRIVATE_NETWORKS refuses. Add the name or its range to that setting to allow it.`;
  }

  /** The verdict on a literal address without waiting; undefined for a name. */
  judgeLiteral(host: string): string | null | undefined {
    const hostname = bareHost(host);
    return isIP(hostname) === 0 ? undefined : this.judge(hostname, hostname);
  }

  /**
   * The addresses of a host, all of them checked: one that is refused refuses the name.
   *
   * @throws AddressRefused, or what the resolver says
   */
  async resolve(host: string): Promise<readonly string[]> {
    const hostname = bareHost(host);
    const found = isIP(hostname) === 0 ? await this.#lookup(hostname) : [{ address: hostname }];
    for (const { address } of found) {
      const refusal = this.judge(hostname, address);
      if (refusal !== null) throw new AddressRefused(refusal);
    }
    if (found.length === 0)
      throw Object.assign(new Error(`${hostname} has no address.`), { code: 'ENOTFOUND' });
    return found.map(({ address }) => address);
  }

  #allows(hostname: string, address: string): boolean {
    if (typeof this.#networks === 'string') return this.#networks === 'allow';
    const { names, ranges } = this.#networks;
    const name = hostname.replace(/\.$/, '').toLowerCase();
    return (
      names.some((allowed) => (allowed.startsWith('.') ? name.endsWith(allowed) : name === allowed)) ||
      ranges.some((range) => isWithin(address, range))
    );
  }
}

/** Without the brackets of an IPv6 literal in a URL. */
function bareHost(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

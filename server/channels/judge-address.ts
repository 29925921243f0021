/** What kind of place an IP address is. Whatever hides another address inside is judged by that one. */
import ipaddr from 'ipaddr.js';

/** `forbidden`: nothing is ever sent there. `private`: by the setting. */
export type Place = 'public' | 'private' | 'forbidden';

export interface Judged {
  readonly place: Place;
  /** For a person: "a link-local address". */
  readonly kind: string;
}

const kinds: Readonly<Record<string, Judged>> = {
  unicast: { place: 'public', kind: 'a public address' },
  loopback: { place: 'private', kind: 'this machine itself' },
  private: { place: 'private', kind: 'a private address' },
  uniqueLocal: { place: 'private', kind: 'a private address' },
  carrierGradeNat: { place: 'private', kind: 'a private address' },
  linkLocal: { place: 'forbidden', kind: 'a link-local address' },
  multicast: { place: 'forbidden', kind: 'a multicast address' },
  broadcast: { place: 'forbidden', kind: 'a broadcast address' },
  unspecified: { place: 'forbidden', kind: 'an unspecified address' },
};
const reserved: Judged = { place: 'forbidden', kind: 'a reserved address' };
const metadata: Judged = { place: 'forbidden', kind: 'a metadata address of a cloud' };

/** Where clouds answer with credentials, beside 169.254.169.254, which is link-local. */
const metadataAddresses = new Set([
  '169.254.169.254',
  'fd00:ec2::254',
  'fd20:ce::254',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
]);

/** @param text an IP address as a resolver gives it, with or without a zone */
export function judgeAddress(text: string): Judged {
  const [plain = ''] = text.split('%', 1);
  if (!ipaddr.isValid(plain)) return reserved;
  const address = ipaddr.parse(plain);
  const outer = judgeOne(unwrap(address));
  const inner = tunnelled(address);
  return inner ? worse(outer, judgeOne(inner)) : outer;
}

function judgeOne(address: Address): Judged {
  if (metadataAddresses.has(address.toString())) return metadata;
  return kinds[address.range()] ?? reserved;
}

const openness = { public: 2, private: 1, forbidden: 0 } satisfies Record<Place, number>;

function worse(one: Judged, other: Judged): Judged {
  return openness[other.place] < openness[one.place] ? other : one;
}

/** Whether an address lies in a range such as `10.0.0.0/8`. */
export function isWithin(text: string, range: string): boolean {
  const [plain = ''] = text.split('%', 1);
  if (!ipaddr.isValid(plain)) return false;
  const address = unwrap(ipaddr.parse(plain));
  const [network, bits] = ipaddr.parseCIDR(range.includes('/') ? range : `${range}/${widthOf(range)}`);
  return address.kind() === network.kind() && address.match(network, bits);
}

export function isRange(text: string): boolean {
  return text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text);
}

function widthOf(address: string): number {
  return address.includes(':') ? 128 : 32;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** IPv4 inside of IPv6: mapped, translated (64:ff9b::/96) and 6to4. */
function unwrap(address: Address): Address {
  if (address.kind() === 'ipv4') return address;
  const v6 = address as ipaddr.IPv6;
  if (v6.isIPv4MappedAddress()) return v6.toIPv4Address();
  const bytes = v6.toByteArray();
  const range = v6.range() as string;
  if (range === 'rfc6145' || v6.match(translated, 96)) return new ipaddr.IPv4(bytes.slice(12));
  if (range === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6));
  // The old "compatible" form, ::a.b.c.d.
  const compatible =
    bytes.slice(0, 12).every((byte) => byte === 0) && bytes.slice(12, 14).some((byte) => byte > 0);
  return compatible ? new ipaddr.IPv4(bytes.slice(12)) : v6;
}

/**
 * The prefix whose IPv4 address is known to stand at the end. The local one, 64:ff9b:1::/48, may be cut anywhere: nobody
 * here can tell what such an address leads to, so it stays what it is, and that is refused.
 */
const translated = ipaddr.IPv6.parse('64:ff9b::');

/** The IPv4 address at the end of an ISATAP one, whatever its prefix: both are judged. */
function tunnelled(address: Address): Address | null {
  if (address.kind() === 'ipv4') return null;
  const bytes = (address as ipaddr.IPv6).toByteArray();
  const [universal, zero, high, low] = bytes.slice(8, 12);
  const isIsatap = (universal === 0 || universal === 2) && zero === 0 && high === 0x5e && low === 0xfe;
  return isIsatap ? new ipaddr.IPv4(bytes.slice(12)) : null;
}

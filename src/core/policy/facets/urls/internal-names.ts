/** Last labels of names that are only known inside some network. */
export const INTERNAL_SUFFIXES: ReadonlySet<string> = new Set([
  "localhost",
  "localdomain",
  "local",
  "internal",
  "intranet",
  "intra",
  "corp",
  "home",
  "lan",
  "private",
  "workgroup",
  "home.arpa",
  "svc",
  "consul",
  "kubernetes.default",
]);

/** Names that the hosts files of usual systems give to the machine itself. */
export const LOOPBACK_NAMES: ReadonlySet<string> = new Set([
  "localhost",
  "localhost.localdomain",
  "localhost4",
  "localhost6",
  "ip6-localhost",
  "ip6-loopback",
  "loopback",
]);

/** Names of the services that hand out a cloud machine's credentials. */
export const METADATA_NAMES: ReadonlySet<string> = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "metadata.azure.internal",
  "metadata.azure.com",
  "instance-data",
  "instance-data.ec2.internal",
  "metadata.tencentyun.com",
  "metadata.packet.net",
  "metadata.platformequinix.com",
  "rancher-metadata",
]);

/** Public domains whose name servers answer with whatever address stands in the name, or with the machine itself. */
export const REBINDING_DOMAINS: ReadonlySet<string> = new Set([
  "nip.io",
  "sslip.io",
  "xip.io",
  "xip.name",
  "traefik.me",
  "backname.io",
  "local-ip.co",
  "local-ip.sh",
  "plex.direct",
  "1u.ms",
  "rbndr.us",
  "localtest.me",
  "lvh.me",
  "vcap.me",
  "lacolhost.com",
  "localho.st",
  "localh.st",
  "fuf.me",
  "lndo.site",
  "ddev.site",
  "docksal.site",
  "yoogle.com",
  "42foo.com",
  "127-0-0-1.org.uk",
]);

/** Addresses of the services that hand out a cloud machine's credentials, in their usual notation. */
export const METADATA_ADDRESSES: ReadonlySet<string> = new Set([
  "169.254.169.254",
  "169.254.169.253",
  "169.254.170.2",
  "169.254.170.23",
  "169.254.42.42",
  "169.254.0.23",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "fd00:ec2::254",
  "fd00:ec2::253",
  "fd00:ec2::23",
  "fd00:42::42",
  "fd20:ce::254",
]);

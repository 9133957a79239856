/** Documents that make a host accept the VIP, or no longer: for pairs with `hostAddress: 'ssm'`. */
import { type Document, shellDocument } from './document.ts';
import { vipParameter } from './parameters.ts';

/**
 * The VIP as /32 on the interface of the default route. In a VPC the mapping of EC2 decides who gets the
 * packets; the gratuitous ARP only spares local caches on the same host's bridge, so it may fail.
 */
const bindScript = `
set -u
vip=$SSM_Vip
if ip -4 -o addr show | grep -qF " $vip/"; then echo "$vip was bound already"; exit 0; fi
device=$(ip -4 -o route show default | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p' | head -n 1)
if [ -z "$device" ]; then echo "no default route, so no interface to bind $vip on" >&2; exit 3; fi
ip addr add "$vip/32" dev "$device" || { echo "$vip could not be bound on $device" >&2; exit 1; }
arping -q -c 1 -U -I "$device" "$vip" >/dev/null 2>&1 || true
echo "$vip bound on $device"
`;

/** Takes the VIP off every interface that has it, however it got there. */
const unbindScript = `
set -u
vip=$SSM_Vip
if ! ip -4 -o addr show | grep -qF " $vip/"; then echo "$vip was not bound"; exit 0; fi
ip -4 -o addr show | while read -r _ device _ address _; do
  case $address in "$vip"/*) ip addr del "$address" dev "$device" ;; esac
done
if ip -4 -o addr show | grep -qF " $vip/"; then echo "$vip could not be unbound" >&2; exit 1; fi
echo "$vip unbound"
`;

export const bindVip: Document = shellDocument(
  'bindVip',
  'Makes this host accept the VIP. Does nothing if it does already.',
  20,
  bindScript,
  vipParameter,
);

export const unbindVip: Document = shellDocument(
  'unbindVip',
  'Makes this host refuse the VIP. Does nothing if it does already.',
  20,
  unbindScript,
  vipParameter,
);

/** The unit that binds the VIP at every boot: one file, whatever manages the network of the host. */
import { type Document, shellDocument } from './document.ts';
import { vipParameter } from './parameters.ts';
import { unitDirectory } from './server-script.ts';

export const unitName = 'keepalambda-vip.service';
const device = 'keepalambda0';

const keepScript = `
set -u
${unitDirectory}
ip=$(command -v ip) || { echo 'ip is not on the PATH' >&2; exit 3; }
unit=$unitdir/${unitName}
mkdir -p "$unitdir" && cat > "$unit.$$" <<UNIT || exit 1
# Written by keepalambda setup; keepalambda remove takes it off.
[Unit]
Description=The VIP of keepalambda
After=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=-$ip link add ${device} type dummy
ExecStart=$ip address replace $SSM_Vip/32 dev ${device}
ExecStart=$ip link set ${device} up
ExecStop=-$ip link del ${device}

[Install]
WantedBy=multi-user.target
UNIT
chmod 644 "$unit.$$" && mv "$unit.$$" "$unit" || exit 1
systemctl daemon-reload && systemctl enable ${unitName} && systemctl restart ${unitName} || exit 1
ip -4 -o addr show | grep -qF " $SSM_Vip/" || { echo "$SSM_Vip is not bound" >&2; exit 1; }
echo "$SSM_Vip bound on ${device}, at every boot too"
`;

const dropScript = `
set -u
${unitDirectory}
unit=$unitdir/${unitName}
[ -e "$unit" ] || { echo "no ${unitName}"; exit 0; }
systemctl disable --now ${unitName}
rm -f "$unit" && systemctl daemon-reload || exit 1
echo "${unitName} removed"
`;

export const keepVip: Document = shellDocument(
  'keepVip',
  'Binds the VIP to an interface of its own, now and at every boot.',
  30,
  keepScript,
  vipParameter,
);

export const dropVip: Document = shellDocument(
  'dropVip',
  'Takes off what binds the VIP at boot.',
  30,
  dropScript,
);

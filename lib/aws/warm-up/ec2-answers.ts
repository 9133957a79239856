/** EC2's answers in the play, as XML. */
import type { Node } from '../../core/config/config.ts';
import type { Play } from './play.ts';

/** Answers a request of the query protocol, and moves the VIP when it is told to. */
export function ec2Answer(play: Play, request: URLSearchParams): string {
  switch (request.get('Action')) {
    case 'DescribeNetworkInterfaces':
      return list('networkInterfaceSet', play.pair.nodes, (node) => eni(play, node));
    case 'DescribeInstances': {
      const instances = list('instancesSet', play.pair.nodes, (node) => instance(play, node));
      return `<reservationSet><item>${instances}</item></reservationSet>`;
    }
    case 'DescribeInstanceTypes':
      return '<instanceTypeSet><item><instanceType>m7g.large</instanceType><networkInfo><ipv4AddressesPerInterface>10</ipv4AddressesPerInterface></networkInfo></item></instanceTypeSet>';
    case 'AssignPrivateIpAddresses': {
      const to = play.pair.nodes.find(({ eniId }) => eniId === request.get('NetworkInterfaceId'));
      if (to !== undefined) play.holder = to.name;
      return '<return>true</return>';
    }
    case 'StopInstances':
      play.stopped.add(request.get('InstanceId.1') ?? '');
      return '';
    case 'ModifyNetworkInterfaceAttribute':
      play.groups.set(request.get('NetworkInterfaceId') ?? '', request.get('SecurityGroupId.1') ?? '');
      return '<return>true</return>';
    default:
      return '';
  }
}

function list(tag: string, nodes: readonly Node[], one: (node: Node) => string): string {
  return `<${tag}>${nodes.map((node) => `<item>${one(node)}</item>`).join('')}</${tag}>`;
}

function eni(play: Play, { name, eniId, instanceId, address, subnet }: Node): string {
  const addresses = play.holder === name ? [address, play.pair.vip] : [address];
  const items = addresses
    .map(
      (one, index) =>
        `<item><privateIpAddress>${one}</privateIpAddress><primary>${index === 0}</primary></item>`,
    )
    .join('');
  return [
    `<networkInterfaceId>${eniId}</networkInterfaceId>`,
    `<privateIpAddress>${address}</privateIpAddress>`,
    `<subnetId>${play.config.subnets[subnet]?.subnetId ?? ''}</subnetId>`,
    `<attachment><instanceId>${instanceId}</instanceId><deviceIndex>0</deviceIndex><status>attached</status></attachment>`,
    `<groupSet><item><groupId>${play.groups.get(eniId) ?? 'sg-play'}</groupId></item></groupSet>`,
    `<privateIpAddressesSet>${items}</privateIpAddressesSet>`,
  ].join('');
}

function instance(play: Play, { instanceId }: Node): string {
  const [code, name] = play.stopped.has(instanceId) ? [80, 'stopped'] : [16, 'running'];
  return `<instanceId>${instanceId}</instanceId><instanceType>m7g.large</instanceType><instanceState><code>${code}</code><name>${name}</name></instanceState>`;
}

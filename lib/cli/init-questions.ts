/** What `keepalambda init` asks a person, in order. */
import { createInterface } from 'node:readline/promises';
import { valueAt } from '../core/fault.ts';
import { CliError, usage } from './errors.ts';
import { authorityFault, NO_AUTHORITY, tlsOf } from './init-authority.ts';
import { type Draft, isGiven, type Judge, type Place } from './init-draft.ts';
import { askInstances, type Known, layOutNodes, nothingKnown } from './init-instances.ts';
import { Offers, type OpenEc2 } from './init-offers.ts';
import { Interview, type Talk } from './interview.ts';

/** The region that the shell is set to, and the EC2 that its credentials may ask. */
export interface Surroundings {
  readonly region: string | undefined;
  readonly openEc2: OpenEc2;
}

/** Of this process. The SDK takes long to load, and flags alone do not need it. */
const shell: Surroundings = {
  region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
  openEc2: async (region) => (await import('./init-ec2.ts')).openEc2(region),
};

/** What the draft must have, and the flag that gives it. */
const musts: readonly (readonly [flag: string, place: Place])[] = [
  ['--region', ['region']],
  ['--vpc', ['vpcId']],
  ['--subnet', ['subnets']],
  ['--probe-group', ['probeSecurityGroups']],
  ['--subscriber', ['subscribers']],
  ['--pair', ['pairs', 0, 'name']],
  ['--vip', ['pairs', 0, 'vip']],
  ['--node', ['pairs', 0, 'nodes', 1, 'address']],
  ['--tls-authority (or --no-tls)', ['pairs', 0, 'tls']],
];

/** An environment that lacks nothing. */
export interface Completed {
  readonly draft: Draft;
  /** The file of the authority, where it was asked for and there is one. */
  readonly authority: string | null;
}

/** The draft with all that was missing. Asks only for that, and nobody where nothing is missing. */
export async function complete(
  draft: Draft,
  judge: Judge,
  talk?: Talk,
  around: Surroundings = shell,
): Promise<Completed> {
  const missing = musts.filter(([, place]) => !isGiven(draft, place)).map(([flag]) => flag);
  if (missing.length === 0) return { draft, authority: null };
  if (talk) return answered(draft, judge, talk, around);
  if (!process.stdin.isTTY) {
    throw usage(
      `got no ${missing.join(', ')}; want all of them, or a terminal to ask at. To fix it: see --help.`,
    );
  }
  return atTerminal((terminal) => answered(draft, judge, terminal, around));
}

async function answered(draft: Draft, judge: Judge, talk: Talk, around: Surroundings): Promise<Completed> {
  const interview = new Interview(draft, talk, judge);
  await interview.need({ place: ['region'], text: 'The region of the pair', fallback: around.region });
  const offers = await Offers.of(String(interview.draft.region), around.openEc2, talk.say);
  const known = offers.areOpen ? await askInstances(interview, offers) : nothingKnown;
  const optional = 'that of your credentials';
  const account = 'The account (12 digits)';
  await interview.need({ place: ['account'], text: account, fallback: known.account, optional });
  await interview.need({ place: ['vpcId'], text: 'The VPC (vpc-…)', fallback: known.vpcId });
  await askSubnets(interview, offers, known);
  const group = 'A security group for the probes, which the nodes admit on the MySQL port (sg-…)';
  await interview.need({ place: ['probeSecurityGroups'], text: group, many: true });
  const mail = 'An e-mail address that gets the alerts';
  await interview.need({ place: ['subscribers'], text: mail, many: true });
  await askPair(interview, known);
  const authority = await askTls(interview);
  await interview.settle();
  return { draft: interview.draft, authority };
}

async function askSubnets(interview: Interview, offers: Offers, { subnetId }: Known): Promise<void> {
  if (isGiven(interview.draft, ['subnets'])) return;
  const nodes = 'A name of your own for the subnet of both nodes';
  const more = 'A name for another subnet to look from, best in another zone';
  const names: string[] = [];
  for (;;) {
    const isFirst = names.length === 0;
    const name = await interview.nameIn('subnets', isFirst ? nodes : more, isFirst ? 'a' : '');
    if (name === '') break;
    await askSubnet(interview, offers, name, isFirst ? subnetId : undefined);
    names.push(name);
  }
  interview.put(['vantages'], names.slice(0, 3));
}

async function askSubnet(
  interview: Interview,
  offers: Offers,
  name: string,
  id: string | undefined,
): Promise<void> {
  const of = (key: string): Place => ['subnets', name, key];
  await interview.need({ place: of('subnetId'), text: 'Its id (subnet-…)', fallback: id });
  const found = await offers.subnet(String(valueAt(interview.draft, of('subnetId'))));
  const known = found.kind === 'found' ? found.value : null;
  const range = 'Its range (such as 10.0.1.0/24)';
  await interview.need({ place: of('cidr'), text: range, fallback: known?.cidr });
  const likely = /^[a-f]$/.test(name) ? `${String(interview.draft.region)}${name}` : undefined;
  const fallback = known?.availabilityZone ?? likely;
  await interview.need({ place: of('availabilityZone'), text: 'Its availability zone', fallback });
}

async function askPair(interview: Interview, known: Known): Promise<void> {
  const of = (...keys: Place): Place => ['pairs', 0, ...keys];
  await interview.need({ place: of('name'), text: 'What people call the pair (such as orders)' });
  // They are in the first subnet, unless a flag says otherwise.
  layOutNodes(interview, Object.keys(interview.draft.subnets as object)[0]);
  for (const index of [0, 1]) await askNode(interview, index, known);
  const vip = 'The VIP: an address of that subnet that no host has as its own';
  await interview.need({ place: of('vip'), text: vip, fallback: known.vip });
  const { name, pairs } = interview.draft as { name: string; pairs: readonly { name: string }[] };
  await interview.need({
    place: of('credentials'),
    text: 'The SSM parameter for the account on MySQL',
    fallback: `/keepalambda/${name}/${pairs[0]?.name}`,
  });
}

/** TLS that takes any certificate does not stop an attacker in between, so there is an authority, or no TLS at all. */
async function askTls(interview: Interview): Promise<string | null> {
  if (isGiven(interview.draft, ['pairs', 0, 'tls'])) return null;
  const text = `The file with the certificate (PEM) of the authority of both servers; ${NO_AUTHORITY} for no TLS`;
  const file = await interview.answer(text, (answer) =>
    answer === NO_AUTHORITY ? null : authorityFault(answer),
  );
  const { tls, tlsAuthority } = tlsOf(String(interview.draft.name), file !== NO_AUTHORITY);
  interview.put(['pairs', 0, 'tls'], tls);
  if (tlsAuthority === undefined) return null;
  const parameter = 'The SSM parameter for that certificate';
  const place: Place = ['pairs', 0, 'tlsAuthority'];
  await interview.need({ place, text: parameter, fallback: tlsAuthority });
  return file;
}

async function askNode(interview: Interview, index: number, { nodes }: Known): Promise<void> {
  const of = (key: string): Place => ['pairs', 0, 'nodes', index, key];
  const id = valueAt(interview.draft, of('instanceId')) as string | undefined;
  const which = id ?? (index === 0 ? 'one node' : 'the other node');
  await interview.need({ place: of('name'), text: `The name of ${which}`, fallback: `db${index + 1}` });
  await interview.need({ place: of('instanceId'), text: 'Its instance (i-…)' });
  const { eniId, address } = nodes[index] ?? {};
  const first = 'Its first network interface (eni-…)';
  await interview.need({ place: of('eniId'), text: first, fallback: eniId });
  await interview.need({ place: of('address'), text: 'Its own private address', fallback: address });
}

/** Ctrl-D ends the interview as an error, and not as a wait without end. */
async function atTerminal<T>(work: (talk: Talk) => Promise<T>): Promise<T> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const left = new Promise<never>((_, reject) => {
    terminal.once('close', () =>
      reject(new CliError(['ended before the last question: nothing was written'])),
    );
  });
  const talk: Talk = {
    ask: (text) => terminal.question(`${text}: `),
    say: (text) => void process.stderr.write(`  ${text}\n`),
  };
  try {
    return await Promise.race([work(talk), left]);
  } finally {
    terminal.removeAllListeners('close');
    terminal.close();
  }
}

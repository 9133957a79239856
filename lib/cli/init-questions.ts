/** What `keepalambda init` asks a person, in order. */
import { createInterface } from 'node:readline/promises';
import { CliError } from './errors.ts';
import { type Draft, isGiven, type Judge, type Place } from './init-draft.ts';
import { Interview, type Talk } from './interview.ts';

/** The region that the shell is set to. */
export type Surroundings = { readonly region: string | undefined };

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
];

/** The draft with all that was missing. Asks only for that, and nobody where nothing is missing. */
export async function complete(
  draft: Draft,
  judge: Judge,
  talk?: Talk,
  around: Surroundings = { region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION },
): Promise<Draft> {
  const missing = musts.filter(([, place]) => !isGiven(draft, place)).map(([flag]) => flag);
  if (missing.length === 0) return draft;
  if (talk) return answered(draft, judge, talk, around);
  if (!process.stdin.isTTY) {
    throw new CliError([
      `got no ${missing.join(', ')}; want all of them, or a terminal to ask at. To fix it: see --help.`,
    ]);
  }
  return atTerminal((terminal) => answered(draft, judge, terminal, around));
}

async function answered(draft: Draft, judge: Judge, talk: Talk, { region }: Surroundings): Promise<Draft> {
  const interview = new Interview(draft, talk, judge);
  await interview.need({ place: ['region'], text: 'The region of the pair', fallback: region });
  const optional = 'that of your credentials';
  await interview.need({ place: ['account'], text: 'The account (12 digits)', optional });
  await interview.need({ place: ['vpcId'], text: 'The VPC (vpc-…)' });
  await askSubnets(interview);
  const group = 'A security group for the probes, which the nodes admit on the MySQL port (sg-…)';
  await interview.need({ place: ['probeSecurityGroups'], text: group, many: true });
  const mail = 'An e-mail address that gets the alerts';
  await interview.need({ place: ['subscribers'], text: mail, many: true });
  await askPair(interview);
  await interview.settle();
  return interview.draft;
}

async function askSubnets(interview: Interview): Promise<void> {
  if (isGiven(interview.draft, ['subnets'])) return;
  const nodes = 'A name of your own for the subnet of both nodes';
  const more = 'A name for another subnet to look from, best in another zone';
  const names: string[] = [];
  for (;;) {
    const name = await interview.nameIn(
      'subnets',
      names.length === 0 ? nodes : more,
      names.length === 0 ? 'a' : '',
    );
    if (name === '') break;
    await askSubnet(interview, name);
    names.push(name);
  }
  interview.put(['vantages'], names.slice(0, 3));
}

async function askSubnet(interview: Interview, name: string): Promise<void> {
  const of = (key: string): Place => ['subnets', name, key];
  await interview.need({ place: of('subnetId'), text: 'Its id (subnet-…)' });
  await interview.need({ place: of('cidr'), text: 'Its range (such as 10.0.1.0/24)' });
  const zone = `${String(interview.draft.region)}${name}`;
  await interview.need({
    place: of('availabilityZone'),
    text: 'Its availability zone',
    ...(/^[a-f]$/.test(name) ? { fallback: zone } : {}),
  });
}

async function askPair(interview: Interview): Promise<void> {
  const of = (...keys: Place): Place => ['pairs', 0, ...keys];
  await interview.need({ place: of('name'), text: 'What people call the pair (such as orders)' });
  // Both are there from the start: a pair with one node is judged as a whole, and not by its values. They are in the
  // first subnet, unless a flag says otherwise.
  const [subnet] = Object.keys(interview.draft.subnets as object);
  const blank = { name: undefined, instanceId: undefined, eniId: undefined, address: undefined, subnet };
  for (const index of [0, 1]) {
    if (!isGiven(interview.draft, of('nodes', index))) interview.put(of('nodes', index), blank);
    else if (!isGiven(interview.draft, of('nodes', index, 'subnet')))
      interview.put(of('nodes', index, 'subnet'), subnet);
  }
  for (const index of [0, 1]) await askNode(interview, index);
  const vip = 'The VIP: an address of that subnet that no host has as its own';
  await interview.need({ place: of('vip'), text: vip });
  const { name, pairs } = interview.draft as { name: string; pairs: readonly { name: string }[] };
  const byFlags = isGiven(interview.draft, of('credentials'));
  await interview.need({
    place: of('credentials'),
    text: 'The SSM parameter for the account on MySQL',
    fallback: `/keepalambda/${name}/${pairs[0]?.name}`,
  });
  if (!byFlags) await askTls(interview);
}

/** Without an authority there is none: TLS that takes any certificate hides nothing from who stands between. */
async function askTls(interview: Interview): Promise<void> {
  const place: Place = ['pairs', 0, 'tlsAuthority'];
  const text = 'The SSM parameter with the certificate of the authority of both servers, for TLS to them';
  await interview.need({ place, text, optional: 'no TLS' });
  if (isGiven(interview.draft, place)) interview.put(['pairs', 0, 'tls'], 'verify-ca');
}

async function askNode(interview: Interview, index: number): Promise<void> {
  const of = (key: string): Place => ['pairs', 0, 'nodes', index, key];
  const which = index === 0 ? 'one node' : 'the other node';
  await interview.need({ place: of('name'), text: `The name of ${which}`, fallback: `db${index + 1}` });
  await interview.need({ place: of('instanceId'), text: 'Its instance (i-…)' });
  await interview.need({ place: of('eniId'), text: 'Its first network interface (eni-…)' });
  await interview.need({ place: of('address'), text: 'Its own private address' });
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

/** `--keep`: the pair runs until Ctrl-C, and a person practises on it, by the commands that are printed. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { functionNameOf } from '../lib/stack/names.ts';
import { environmentName, pairName } from './deployment.ts';
import { accounts } from './servers/accounts.ts';
import type { Story } from './story.ts';
import { type LabWorld, untilSteady } from './world.ts';

const systemctl = fileURLToPath(new URL('./hosts/bin/systemctl', import.meta.url));

/** Every verb can be practised, those that work on hosts too. */
export const practised = { pair: { hostWork: true } } as const;

/** Never resolves: Ctrl-C ends it. */
export async function keep(world: LabWorld, story: Story): Promise<number> {
  world.schedule();
  await Promise.all([untilSteady(world), furnishHosts(world, story)]);
  const { vip, port } = world.network;
  const file = path.join(world.directory, 'practice.sh');
  await writeFile(file, practiceScript(world));
  story.tell(
    'lab',
    `the pair is steady; clients connect to ${vip}:${port}. Practise on it in another terminal:`,
  );
  console.log(renderCommands(world, file));
  story.tell('lab', 'Ctrl-C ends it');
  return new Promise(() => {});
}

/** Orders such as `rebuild` need the programs of a server on its host. Without them, everything else can be practised. */
async function furnishHosts({ hosts }: LabWorld, story: Story): Promise<void> {
  try {
    // One after the other: both unpack the same programs.
    for (const host of Object.values(hosts)) await host.furnish();
  } catch (error) {
    story.tell('lab', `rebuild and divergence do not work here: ${(error as Error).message}`);
  }
}

/** Points keepalambda and the AWS CLI here, and has a function for each host. */
function practiceScript({ aws, hosts }: LabWorld): string {
  const exports = Object.entries(aws.environment).map(([name, value]) => `export ${name}='${value}'`);
  const functions = Object.values(hosts).map((host) => {
    const { LAB_NODE, LAB_HOST_SOCKET } = host.environment();
    return `${host.name}() { LAB_NODE='${LAB_NODE}' LAB_HOST_SOCKET='${LAB_HOST_SOCKET}' '${systemctl}' "$1" mysqld; }`;
  });
  return `${[...exports, ...functions].join('\n')}\n`;
}

/** What a person may say to keepalambda, to begin with. */
export const practiceLines = [
  `status --env ${environmentName}`,
  `switchover ${pairName} --env ${environmentName} --to db2 --why practice`,
];

function renderCommands(world: LabWorld, file: string): string {
  const { network, hosts } = world;
  const { user, password } = accounts.app;
  const rows = [
    ['first, in each terminal', `. ${file}`],
    ['kill mysqld, start it', 'db1 kill; db1 start     (and stop; db2 likewise)'],
    ...practiceLines.map((words, index) => [index === 0 ? 'ask and order' : '', `npx keepalambda ${words}`]),
    ['a client', `mysql -h ${network.vip} -P ${network.port} -u ${user} -p${password} app`],
    ...Object.values(hosts).map(({ name, instance }) => [
      `root on ${name}`,
      `mysql -u root -S ${instance.socketPath}`,
    ]),
  ];
  return [
    ...rows.map(([what = '', command = '']) => `  ${what.padEnd(24)} ${command}`),
    '  or by the AWS CLI alone:',
    invoke(world, { action: 'status', pair: pairName }),
    invoke(world, { action: 'failover', pair: pairName, to: 'db2', by: 'you', why: 'to see it' }),
  ].join('\n');
}

function invoke({ aws }: LabWorld, payload: object): string {
  const { accessKeyId, secretAccessKey } = aws.credentials;
  return (
    `  AWS_CA_BUNDLE=${aws.authority.file} AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey} \\\n` +
    `    aws lambda invoke --region ${aws.region} --endpoint-url ${aws.endpoint} \\\n` +
    `    --cli-binary-format raw-in-base64-out --function-name ${functionNameOf(environmentName, 'operate')}` +
    ` --payload '${JSON.stringify(payload)}' /dev/stdout`
  );
}

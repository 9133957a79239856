/**
 * An alert as on-call reads it. The subject says on a locked phone which pair of which environment, which way it went and
 * whether clients can write. The body is plain text: what happened, what was done, what it cost, who holds the VIP now,
 * and what is left, with the commands to paste.
 */
import { eventOf } from '../alert/events.ts';
import type { Alert } from '../alert/incident.ts';
import { remedyOf, type Writes } from '../alert/remedies.ts';
import type { Config } from '../config/config.ts';
import type { NodeName, PairName } from '../names.ts';
import { escaped } from '../one-line.ts';
import { duration, utcSecond, utcTime } from './utc-time.ts';

/** Where alerts come from: an environment, and what its texts need to know of it. */
export interface Place {
  readonly environment: string;
  readonly region: string;
  readonly account: string;
  readonly runbookUrl: string;
  readonly pairs: readonly PairPlace[];
}

interface PairPlace {
  readonly name: PairName;
  readonly vip: string;
  readonly nodes: readonly NodeName[];
}

/** What the plainest form of an alert ends with. */
const SHORTENED = '(Shortened: SNS refused the whole text.)';

/** SNS: a subject has fewer than 100 characters, all of them printable ASCII. */
const SUBJECT_LENGTH_MAX = 99;

/** What the texts need of a configuration, which need not name its account. */
export function placeOf(
  { name, region, runbookUrl, pairs }: Pick<Config, 'name' | 'region' | 'runbookUrl' | 'pairs'>,
  account: string,
): Place {
  return {
    environment: name,
    region,
    account,
    runbookUrl,
    pairs: pairs.map((pair) => ({
      name: pair.name,
      vip: pair.vip,
      nodes: pair.nodes.map((node) => node.name),
    })),
  };
}

/** `[prod/orders] FAILED OVER db1 -> db2 in 1.9 s, nothing lost: mysqld stopped on db1`. Environment and pair are never cut. */
export function alertSubject(alert: Alert, place: Place): string {
  return subject(`${place.environment}/${alert.pair}`, headlineOf(alert, place));
}

/** A subject of SNS: what does not fit is cut. */
export function subject(where: string, headline: string): string {
  const text = printableAscii(`[${where}] ${headline}`);
  return text.length <= SUBJECT_LENGTH_MAX ? text : `${text.slice(0, SUBJECT_LENGTH_MAX - 3)}...`;
}

/** What happened, in one line: with figures where the case has some. */
export function headlineOf(alert: Alert, place: Place): string {
  const headline = alert.headline ?? eventOf(alert.code).title;
  const still = alert.again ? `still, after ${duration(alert.again.minutes * 60_000)}: ` : '';
  const over = alert.overAtMs === undefined ? '' : `over after ${duration(alert.overAtMs - alert.atMs)}: `;
  return filled(`${over}${still}${headline}`, alert, place, inWords);
}

/** The body of the mail about one alert. */
export function alertBody(alert: Alert, place: Place): string {
  const { code, happened, done, todo, steps, seen, cost, again, incident, atMs, overAtMs } = alert;
  const event = eventOf(code);
  const lasts = again
    ? [
        `This is alert ${again.times} of the same condition, which has lasted for ${duration(again.minutes * 60_000)}.`,
      ]
    : [];
  const over =
    overAtMs === undefined
      ? []
      : [
          `It was over at ${utcSecond(overAtMs)}, before this mail went out: nothing is wrong with the pair since then.`,
        ];
  const left = [
    filled(todo || event.todo, alert, place, inWords),
    ...commandsOf(alert, place).map((command) => `  ${command}`),
    `Runbook: ${place.runbookUrl}#${code}`,
  ];
  return [
    headlineOf(alert, place),
    '',
    ...section('WHAT HAPPENED', [happened, ...(seen ? [seen] : []), ...lasts, ...over]),
    ...section('WHAT WAS DONE', [done || 'Nothing.', ...steps.map((step) => `- ${step}`)]),
    ...section('WHAT IT COST', cost ? [cost] : []),
    ...section('NOW', [nowText(alert, place)]),
    ...section('WHAT IS LEFT', left),
    ...section('MEANING', [event.meaning]),
    `Environment  ${place.environment} (${place.region}, account ${place.account})`,
    `Pair         ${alert.pair}`,
    `Incident     ${incident ?? 'none'}`,
    `Event        ${code} (${remedyOf(code).severity}, alert ${alert.id})`,
    `Time         ${utcTime(atMs)}`,
    '',
  ].join('\n');
}

/** The commands that may be next, each complete. */
export function commandsOf(alert: Alert, place: Place): readonly string[] {
  const { commands = remedyOf(alert.code).commands } = alert;
  const about = alert.incident === null ? [] : [`incident ${alert.incident}`];
  return [...commands, ...about].map(
    (command) => `npx keepalambda ${filled(command, alert, place, inCommand)} --env ${place.environment}`,
  );
}

/** Whether clients can write. */
export function writesOf({ code, writes }: Alert): Writes {
  return writes ?? remedyOf(code).writes;
}

/** What a plain alert says of what happened, at most. Characters. */
const PLAIN_LENGTH_MAX = 300;

/** The alert without anything that SNS could refuse: printable ASCII, short, and no steps. */
export function plainAlert(alert: Alert): Alert {
  const { id, code, pair, incident, atMs, holder = null, overAtMs } = alert;
  const plain = (text: string) => printableAscii(text).slice(0, PLAIN_LENGTH_MAX);
  const happened = `${plain(alert.happened)} ${SHORTENED}`;
  const words = { happened, done: plain(alert.done), todo: plain(alert.todo), steps: [] };
  const topic = alert.escalates ? ({ escalates: true } as const) : {};
  const over = overAtMs === undefined ? {} : { overAtMs };
  return { id, code, pair, incident, atMs, holder, ...words, ...topic, ...over };
}

/** Whether this is the plainest form of an alert. */
export function isPlain({ happened }: Alert): boolean {
  return happened.endsWith(SHORTENED);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${escaped(line)}`), ''];
}

function nowText(alert: Alert, place: Place): string {
  const vip = place.pairs.find(({ name }) => name === alert.pair)?.vip ?? '';
  const writes = `Clients can write: ${writesOf(alert)}.`;
  if (!alert.holder) return `Which node holds the VIP ${vip} is not known. ${writes}`;
  if (alert.code === 'vip-unheld')
    return `No node holds the VIP ${vip}; the last was ${alert.holder}. ${writes}`;
  return `${alert.holder} holds the VIP ${vip}. ${writes}`;
}

type Names = Readonly<Record<'pair' | 'holder' | 'standby', string>>;

const inWords = { holder: 'the holder', standby: 'the standby' } as const;
const inCommand = { holder: 'NODE', standby: 'NODE' } as const;

/** The text with the names of the pair and of its nodes; where the holder is not known, what stands for them. */
function filled(text: string, alert: Alert, place: Place, unknown: Omit<Names, 'pair'>): string {
  const holder = alert.holder ?? undefined;
  const nodes = place.pairs.find(({ name }) => name === alert.pair)?.nodes ?? [];
  const other = holder === undefined ? undefined : nodes.find((node) => node !== holder);
  const names: Names = {
    pair: alert.pair,
    holder: holder ?? unknown.holder,
    standby: other ?? unknown.standby,
  };
  return text.replace(/\{(pair|holder|standby)\}/g, (_, name: keyof Names) => names[name]);
}

function printableAscii(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\s+/g, ' ')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^\x20-\x7e]/g, '?');
}

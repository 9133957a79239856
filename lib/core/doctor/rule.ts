/** A rule of doctor: what is looked at, what is wrong with it, and what to do. */
import type { Severity } from '../alert/finding.ts';
import type { Node, Pair } from '../config/config.ts';
import type { NodeName } from '../names.ts';
import type { LaterSetting } from '../setup/facts.ts';
import { olderNames, type ServerFacts, type VariableName } from './facts.ts';

/** One node as a rule sees it. */
export interface Here {
  readonly pair: Pair;
  readonly node: Node;
  readonly facts: ServerFacts;
  readonly peer: Node;
  /** Null where the peer could not be examined. */
  readonly peerFacts: ServerFacts | null;
  /** Null where EC2 does not say. */
  readonly holder: NodeName | null;
  /** Where its options are set, as its host says; empty where the host was not asked. */
  readonly places: readonly LaterSetting[];
}

/** `H`: what it is asked of. */
export interface Rule<H = Here> {
  readonly id: string;
  readonly severity: Severity;
  /** `pair`: asked once, of the first node, and only where both were examined. */
  readonly of: 'node' | 'pair';
  /** For the document. */
  readonly when: string;
  /** What is wrong; null where nothing is, or where it is not known. */
  readonly got: (here: H) => string | null;
  readonly want: string | ((here: H) => string);
  readonly why: string;
  readonly fix: string | ((here: H) => string);
}

/** Of a rule's text, for this node. */
export function textOf<H>(text: string | ((here: H) => string), here: H): string {
  return typeof text === 'string' ? text : text(here);
}

/** `name = value`, by the server's own name of it, where it is one of the bad ones. */
export function badly(
  name: VariableName,
  isBad: (value: string, here: Here) => boolean,
): (here: Here) => string | null {
  return (here) => {
    const value = here.facts.variables[name];
    if (value === undefined || !isBad(value, here)) return null;
    const place = placeOf(name, here);
    return `${wordFor(name, here.facts)} = ${value || "''"}${place === null ? '' : ` (set in ${place})`}`;
  };
}

/** The last place where the option is set: `/etc/mysql/conf.d/x.cnf line 12`; null where none is known. */
function placeOf(name: VariableName, { places }: Here): string | null {
  const names = [name, ...olderNames(name)] as readonly string[];
  const isOf = ({ text }: LaterSetting) => {
    const option = (text.split('=')[0] ?? '').trim().toLowerCase().replaceAll('-', '_');
    return (
      names.includes(option) || names.includes(option.replace(/^(?:(?:loose|skip|disable|enable)_)+/, ''))
    );
  };
  return places.findLast(isOf)?.where ?? null;
}

function fileOf(name: VariableName, here: Here): string {
  return placeOf(name, here) ?? 'my.cnf';
}

/** Whether a server prints a switch as off. */
export function isOff(value: string): boolean {
  return ['OFF', '0', 'NO'].includes(value.toUpperCase());
}

/** Whether a server prints a switch as on; a variable that it does not have is not. */
export function isOn(value: string | undefined): boolean {
  return ['ON', '1', 'YES'].includes((value ?? '').toUpperCase());
}

/** A variable that can be set while the server runs: now, and for its next start. */
export function set(name: VariableName, to: string | ((here: Here) => string)): (here: Here) => string {
  return (here) => {
    const { facts, node } = here;
    const [word, value] = [wordFor(name, facts), textOf(to, here)];
    return series(facts) >= 8
      ? `on ${node.name}: SET PERSIST ${word} = ${value};`
      : `on ${node.name}: SET GLOBAL ${word} = ${value}; and ${word} = ${value.replaceAll("'", '')} in ${fileOf(name, here)}`;
  };
}

/** One that the applier reads when it starts; some servers change it only while it is stopped. */
export function setForApplier(name: VariableName, value: string): (here: Here) => string {
  return (here) => {
    const { facts, node } = here;
    const [word, thread] = [wordFor(name, facts), `${replicaWord(facts)} SQL_THREAD`];
    return `on ${node.name}: STOP ${thread}; SET GLOBAL ${word} = ${value}; START ${thread}; and the same in ${fileOf(name, here)}`;
  };
}

/** One that is read at the start only. */
export function write(name: VariableName, value: string): (here: Here) => string {
  return (here) =>
    `${wordFor(name, here.facts)} = ${value} in ${fileOf(name, here)} of ${here.node.name}, and restart it (the standby first, then a switchover)`;
}

/** What replication is called: `REPLICA`, or `SLAVE` of old. */
export function replicaWord(facts: ServerFacts): 'REPLICA' | 'SLAVE' {
  return isOfOld(facts) ? 'SLAVE' : 'REPLICA';
}

/** A change of the channel from the peer, with what comes before and after it. */
export function changeChannel(option: string, here: Here): string {
  const { facts, node } = here;
  const word = replicaWord(facts);
  // MariaDB and 5.6 give the heartbeat its default again with every change that does not name it.
  const also = isOfOld(facts) && !option.startsWith('HEARTBEAT') ? ', MASTER_HEARTBEAT_PERIOD=0.5' : '';
  const change = isOfOld(facts) ? 'CHANGE MASTER TO MASTER' : 'CHANGE REPLICATION SOURCE TO SOURCE';
  return `on ${node.name}: STOP ${word}; ${change}_${option}${also}; START ${word};`;
}

/** A variable's name on this server. */
export function wordFor(name: VariableName, facts: ServerFacts): string {
  return isOfOld(facts) ? (olderNames(name)[0] ?? name) : name;
}

/** `10.11`, as a number that compares: 10.11 is newer than 10.6. */
export function seriesOf({ version }: ServerFacts): readonly [number, number] {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return [Number(major), Number(minor)];
}

/** MySQL's major version; 0 on MariaDB, which counts on its own. */
function series(facts: ServerFacts): number {
  return facts.flavor === 'mariadb' ? 0 : seriesOf(facts)[0];
}

function isOfOld(facts: ServerFacts): boolean {
  return series(facts) < 8;
}

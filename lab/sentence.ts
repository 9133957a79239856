/** A run in one sentence, for who reads nothing else. Pure. */
import type { VerdictKind } from '../lib/core/evidence/verdict.ts';
import { plural } from '../lib/core/plural.ts';
import { gapFloorMs } from './client/account.ts';
import type { Figures } from './experiment.ts';

/** What the last verdict on the holder says of it. */
const fates: Readonly<Record<VerdictKind, string>> = {
  serving: 'was taken out of service',
  stopped: 'died',
  silent: 'fell silent',
  stuck: 'got stuck',
  saturated: 'had no connection left',
  'locked-out': 'let keepalambda in no more',
  unseen: 'was lost',
};

type Told = Pick<
  Figures,
  'holderBefore' | 'holderAfter' | 'verdicts' | 'outageMs' | 'lost' | 'ok' | 'pauseMs' | 'wrong'
>;

/** `db1 died; db2 took over; clients could not write for 0.87 s; nothing was lost.` */
export function sentenceOf(figures: Told): string {
  const told = `${[...whoHolds(figures), writesOf(figures), lostOf(figures)].join('; ')}.`;
  return figures.ok ? told : `${told} That is not as it must be: ${figures.wrong.join('; ')}.`;
}

function whoHolds({ holderBefore, holderAfter, verdicts, pauseMs }: Told): readonly string[] {
  const before = holderBefore ?? 'nobody';
  const after = holderAfter ?? 'nobody';
  if (before === after) return [`${before} kept the VIP`];
  if (pauseMs !== undefined) return [`${before} handed over to ${after}`];
  return [`${before} ${fates[verdicts.at(-1) ?? 'unseen']}`, `${after} took over`];
}

function writesOf({ outageMs }: Told): string {
  return outageMs > gapFloorMs
    ? `clients could not write for ${(outageMs / 1000).toFixed(2)} s`
    : 'clients wrote without a break';
}

function lostOf({ lost }: Told): string {
  if (lost === 0) return 'nothing was lost';
  return `${plural(lost, 'acknowledged write')} ${lost === 1 ? 'was' : 'were'} lost`;
}

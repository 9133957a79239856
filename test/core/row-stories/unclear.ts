/** Stories of the rows on what is not clear yet. */
import { deaf, failing, lasting, openStandby, paused, silent, stopped, stuck, through } from '../changes.ts';
import {
  answers1,
  answers2,
  blindFor,
  evidence,
  holder,
  inFlight,
  misconfigured,
  standby,
  UUID1,
  UUID3,
  unanswered,
  vipAt,
  vipBlindFor,
} from '../world.ts';
import type { RowStory } from './row-story.ts';

export const whenUnclear: readonly RowStory[] = [
  ['a plan in flight', 'all well', [inFlight], 'plan-in-flight resume'],
  ['a plan in flight', 'the holder lost', [inFlight, stopped, deaf], 'plan-in-flight resume'],
  ['a plan in flight', "paused: it is an operator's own", [inFlight, paused], 'plan-in-flight resume'],
  ['a plan in flight', 'nothing is seen', [inFlight, blindFor(60_000)], 'plan-in-flight resume'],
  ['EC2 shows another instance at an ENI', 'for the first time', [misconfigured(1)], 'misconfigured observe'],
  [
    'EC2 shows another instance at an ENI',
    'three times in a row',
    [misconfigured(3)],
    'misconfigured stay, page misconfigured',
  ],
  [
    'EC2 shows another instance at an ENI',
    'and the standby takes writes, which would be closed otherwise',
    [misconfigured(3), openStandby],
    'misconfigured stay, page misconfigured',
  ],
  [
    'EC2 shows another instance at an ENI',
    'and the holder is lost',
    [misconfigured(3), stopped, deaf],
    'misconfigured stay, page misconfigured',
  ],
  [
    'EC2 shows another instance at an ENI',
    'in the middle of a plan, which goes on',
    [misconfigured(3), inFlight],
    'plan-in-flight resume',
  ],
  [
    'the holder is silent, and the standby answers as it',
    '',
    [silent, standby(answers2({ identity: UUID1 }))],
    'misidentified stay, page identity-changed',
  ],
  [
    'both answer as one server',
    '',
    [standby(answers2({ identity: UUID1 }))],
    'misidentified stay, page same-identity',
  ],
  [
    'another server answers at the holder',
    '',
    [holder(answers1({ identity: UUID3 }))],
    'misidentified stay, page identity-changed',
  ],
  ['every vantage blind', 'for 5 s', [blindFor(5000)], 'blind stay, page blind'],
  [
    'every vantage blind',
    'the VIP is on no ENI',
    [blindFor(5000), vipAt({ kind: 'nowhere' }, 3)],
    'blind stay, page vip-unheld',
  ],
  ['both silent', 'EC2 says that they run', [silent, standby(unanswered)], 'blind stay, page blind'],
  [
    'holder stopped',
    'EC2 has not answered yet',
    [stopped, deaf, evidence(() => ({ vip: null }))],
    'vip-unknown observe',
  ],
  ['VIP on neither node', 'said once', [vipAt({ kind: 'nowhere' }, 1)], 'vip-unknown observe'],
  [
    'holder stopped',
    'EC2 does not answer',
    [stopped, deaf, vipBlindFor(20_000)],
    'ec2-blind stay, page ec2-blind',
  ],
  ['holder stuck', 'EC2 does not answer', [stuck, vipBlindFor(20_000)], 'ec2-blind stay, page ec2-blind'],
  [
    'holder stuck',
    'EC2 does not answer, and the holder does through the VIP',
    [stuck, vipBlindFor(20_000), evidence(() => ({ through }))],
    'ec2-blind stay, page ec2-blind',
  ],
  [
    'holder fails the check',
    'EC2 does not answer',
    [failing, lasting, vipBlindFor(20_000)],
    'ec2-blind stay, page ec2-blind',
  ],
];

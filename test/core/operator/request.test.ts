import { describe, expect, it, test } from 'vitest';
import { renderFault } from '../../../lib/core/fault.ts';
import { parseRequest } from '../../../lib/core/operator/request.ts';

/** The request as it was understood, or what is wrong with it, a line each. */
function understood(raw: unknown): unknown {
  const parsed = parseRequest(raw);
  return parsed.kind === 'valid' ? parsed.value : parsed.faults.map(renderFault).join('\n');
}

describe('what is not said has a default', () => {
  const asked = { pair: 'orders', by: 'eva', why: 'kernel' };
  test.each<[raw: Readonly<Record<string, unknown>>, request: object]>([
    [{ action: 'status' }, { action: 'status', verbose: false, events: 0 }],
    [
      { action: 'status', pair: 'orders', verbose: true, events: 5 },
      { action: 'status', pair: 'orders', verbose: true, events: 5 },
    ],
    [{ action: 'explain' }, { action: 'explain' }],
    [
      { action: 'check', pair: 'orders' },
      { action: 'check', pair: 'orders' },
    ],
    [
      { action: 'failover', ...asked, to: 'db2' },
      { action: 'failover', ...asked, to: 'db2', force: false, acceptLoss: false },
    ],
    [
      { action: 'switchover', ...asked, from: 'db1', id: 'T-4711.1' },
      { action: 'switchover', ...asked, from: 'db1', id: 'T-4711.1', force: false, killLong: false },
    ],
    [
      { action: 'reattach', ...asked },
      { action: 'reattach', ...asked, acceptLoss: false },
    ],
    [
      { action: 'pause', ...asked, minutes: 30 },
      { action: 'pause', ...asked, minutes: 30 },
    ],
    [
      { action: 'resume', ...asked },
      { action: 'resume', ...asked },
    ],
    [
      { action: 'acknowledge', ...asked },
      { action: 'acknowledge', ...asked },
    ],
    [
      { action: 'release', ...asked, node: 'db1' },
      { action: 'release', ...asked, node: 'db1' },
    ],
    [
      { action: 'plan', pair: 'orders' },
      { action: 'plan', pair: 'orders', of: 'failover', force: false, killLong: false },
    ],
    [
      { action: 'history', pair: 'orders' },
      { action: 'history', pair: 'orders', limit: 50 },
    ],
    [
      { action: 'history', pair: 'orders', limit: 2000, incident: '41c0ffee' },
      { action: 'history', pair: 'orders', limit: 2000, incident: '41c0ffee' },
    ],
  ])('$action', (raw, request) => {
    expect(understood(raw)).toEqual(request);
  });

  it('text from people is one line, and cannot forge another', () => {
    const why = 'kernel\nWHAT WAS DONE  Nothing.\r\u2028\u202eevil';
    expect(understood({ action: 'resume', ...asked, why })).toMatchObject({
      why: 'kernel\\nWHAT WAS DONE  Nothing.\\r\\u2028\\u202eevil',
    });
  });
});

describe('what is wrong is named, with what there is', () => {
  const all =
    'one of status, explain, check, doctor, failover, switchover, reattach, pause, resume, acknowledge, release, set-aside, reinstate, divergence, plan, history, setup, rebuild, remove';
  test.each<[what: string, raw: unknown, words: readonly string[]]>([
    ['nothing', undefined, ['the request: got nothing; want one JSON object', all]],
    ['a text', 'status', ['the request: got "status"; want one JSON object', all]],
    [
      'a request that was made JSON twice, as by a payload in quotes',
      '{"action":"status"}',
      ['the request: got "{\\"action\\":\\"status\\"}"', 'send the object itself: this is a text'],
    ],
    ['a list', [{ action: 'status' }], ['the request: got [{"action":"status"}]; want one JSON object']],
    ['no action', { pair: 'orders' }, ['action: got nothing', all, '{"action":"status"}']],
    ['an unknown action', { action: 'reboot' }, ['action: got "reboot"', all]],
    ['an action that objects have', { action: 'constructor' }, ['action: got "constructor"', all]],
    ['an action that is no text', { action: 7 }, ['action: got 7', all]],
    [
      'an unknown key',
      { action: 'failover', pair: 'orders', accept_loss: true },
      [
        'the request: got unknown key accept_loss',
        'only the keys of failover: action, pair, by, why, id, to, from, force, acceptLoss',
      ],
    ],
    [
      'two unknown keys',
      { action: 'resume', pair: 'orders', a: 1, b: 2 },
      ['unknown keys a, b', 'only the keys of resume: action, pair, by, why, id'],
    ],
    [
      'a move without a direction',
      { action: 'switchover', pair: 'orders', by: 'eva', why: 'kernel' },
      [
        'to: got nothing; want the node to move to, or "from", the node to move away from. To fix it: give to',
      ],
    ],
    [
      'an order by nobody, for no reason',
      { action: 'failover', pair: 'orders', to: 'db2' },
      ['by: got nothing; want who asks: a name', 'why: got nothing; want a reason, so that others know'],
    ],
    [
      'an order by a blank',
      { action: 'resume', pair: 'orders', by: ' ', why: 'x' },
      ['want who asks: a name'],
    ],
    [
      'a reason of many pages',
      { action: 'resume', pair: 'orders', by: 'eva', why: 'x'.repeat(501) },
      ['want a reason, so that others know, of at most 500 characters'],
    ],
    [
      'a name of many letters',
      { action: 'resume', pair: 'orders', by: 'e'.repeat(65), why: 'x' },
      ['want who asks: a name, of at most 64 characters'],
    ],
    [
      'an id of many letters',
      { action: 'resume', pair: 'orders', by: 'eva', why: 'x', id: 'a'.repeat(65) },
      ['want an id of at most 64 letters'],
    ],
    ['no pair', { action: 'failover' }, ['pair: got nothing; want the name of a pair.']],
    ['no node', { action: 'release', pair: 'orders' }, ['node: got nothing; want the node in quarantine.']],
    [
      'a text where there is a yes or no',
      { action: 'failover', pair: 'orders', force: 'yes' },
      ['force: got "yes"; want a value of type boolean.'],
    ],
    [
      'a pause without an end',
      { action: 'pause', pair: 'orders', why: 'kernel' },
      [
        'minutes: got nothing; want a number of minutes, because a pause always ends. To fix it: give minutes',
      ],
    ],
    [
      'a pause without a reason',
      { action: 'pause', pair: 'orders', minutes: 5 },
      ['why: got nothing', 'a reason, so that others know'],
    ],
    [
      'a pause of a week',
      { action: 'pause', pair: 'orders', why: 'x', minutes: 10_080 },
      ['minutes: got 10080', 'at most 1440 minutes'],
    ],
    [
      'a pause of nothing',
      { action: 'pause', pair: 'orders', why: 'x', minutes: 0 },
      ['minutes: got 0', 'a positive number of minutes'],
    ],
    [
      'a history of everything',
      { action: 'history', pair: 'orders', limit: 100_000 },
      ['limit: got 100000; want a whole number from 1 to 2000. To fix it: give limit a whole number from 1'],
    ],
    [
      'a history of less than nothing',
      { action: 'history', pair: 'orders', limit: -1.5 },
      ['limit: got -1.5; want a whole number from 1 to 2000'],
    ],
    ['a question that only operate asks', { action: 'state', pair: 'orders' }, ['action: got "state"']],
    [
      'a plan of what there is not',
      { action: 'plan', pair: 'orders', of: 'release' },
      ['of: got "release"', "'failover' or 'switchover'"],
    ],
    [
      'every fault, not only the first',
      { action: 'pause', pair: 'orders' },
      ['minutes: got nothing', 'why: got nothing'],
    ],
  ])('%s', (_, raw, words) => {
    for (const word of words) expect(understood(raw)).toContain(word);
  });

  test.each<[what: string, raw: unknown]>([
    ['an action', { action: 'x'.repeat(1_000_000) }],
    ['a value', { action: 'check', pair: { name: 'x'.repeat(1_000_000) } }],
    ['a key', { action: 'check', pair: 'orders', ['x'.repeat(1_000_000)]: 1 }],
    ['a text', 'x'.repeat(1_000_000)],
  ])('%s of a million letters is not repeated: an answer has no room for it', (_, raw) => {
    const words = String(understood(raw));
    expect(words).toContain('cut)');
    expect(words.length).toBeLessThan(1000);
  });

  it('a key cannot forge a line of the answer', () => {
    const words = String(understood({ action: 'check', pair: 'orders', 'a\nall is well': 1 }));
    expect(words).toContain('unknown key a\\nall is well');
    expect(words).not.toContain('\n');
  });
});
